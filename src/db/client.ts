import { Column, is, Param, Placeholder, type SQL } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { withRetry } from "./retry.ts";

/** Counts the trips of one request to D1, and the time they took. */
export type DatabaseMeter = { calls: number; milliseconds: number };

/** The database for one request. */
export type Database = {
  /** The first row, or undefined. */
  first: <Row>(statement: Statement<Row>, values: Values) => Promise<Row | undefined>;
  /** Every row. */
  all: <Row>(statement: Statement<Row>, values: Values) => Promise<Row[]>;
  /** Runs the write, then the read, in one transaction and one trip; answers the read's row. */
  writeThenRead: <Row>(write: Bound<unknown>, read: Bound<Row>) => Promise<Row | undefined>;
  /** The same, the read first. */
  readThenWrite: <Row>(read: Bound<Row>, write: Bound<unknown>) => Promise<Row | undefined>;
  /** Runs two reads in one transaction and one trip; answers the first row of one and every row of the other. */
  firstAndAll: <Row, Listed>(first: Bound<Row>, all: Bound<Listed>) => Promise<[Row | undefined, Listed[]]>;
};

type Values = Readonly<Record<string, unknown>>;

/** A statement with the values of its placeholders. */
type Bound<Row> = readonly [Statement<Row>, Values];

/** Anything Drizzle builds and can print. */
type Query = { toSQL: () => { sql: string; params: unknown[] } };

/**
 * A statement that is built once for each database and bound at each request: building it costs as much as Hono and
 * zod together. `sql.placeholder` stands for its values.
 */
export type Statement<Row> = {
  build: (db: DrizzleD1Database) => Query;
  read: (row: Record<string, unknown>) => Row;
};

/** What a select answers: each column or aliased expression by its name in the row. */
type Fields = Readonly<Record<string, Column | SQL.Aliased>>;

type RowOf<F extends Fields> = {
  -readonly [Name in keyof F]: F[Name] extends Column
    ? F[Name]["_"]["notNull"] extends true
      ? F[Name]["_"]["data"]
      : F[Name]["_"]["data"] | null
    : F[Name] extends SQL.Aliased<infer Type>
      ? Type
      : never;
};

/**
 * A select as a statement. Every field needs a name of its own: a batch answers rows by column name.
 *
 * @param fields as given to `db.select`
 */
export function selectStatement<F extends Fields>(
  fields: F,
  build: (db: DrizzleD1Database, fields: F) => Query,
): Statement<RowOf<F>> {
  const readers = Object.entries(fields).map(([name, field]) =>
    is(field, Column)
      ? { name, column: field.name, decode: (value: unknown) => field.mapFromDriverValue(value) }
      : { name, column: field.fieldAlias, decode: (value: unknown) => value },
  );
  return {
    build: (db) => build(db, fields),
    // The readers are made from `fields`, one for each name, with the column's own decoder.
    read: (row) => {
      const read: Record<string, unknown> = {};
      for (const { name, column, decode } of readers) {
        const value = row[column] ?? null;
        read[name] = value === null ? null : decode(value);
      }
      return read as RowOf<F>;
    },
  };
}

/** A write as a statement; it answers no row. */
export const writeStatement = (build: (db: DrizzleD1Database) => Query): Statement<unknown> => ({
  build,
  read: () => undefined,
});

type Prepared = { statement: D1PreparedStatement; bindings: readonly Binding[] };

/** What a parameter is bound to: the value of a name, or always the same. */
type Binding = (values: Values) => unknown;

/** Decided once: `fillPlaceholders` asks every parameter at every request what it is. */
function bindingOf(param: unknown): Binding {
  if (is(param, Placeholder)) return namedValue(param.name);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const value = namedValue(param.value.name);
    return (values) => param.encoder.mapToDriverValue(value(values));
  }
  return () => param;
}

const namedValue =
  (name: string): Binding =>
  (values) => {
    if (!(name in values)) throw new Error(`no value for the placeholder ${name}`);
    return values[name];
  };

/** What is built from a binding, as long as the binding lives: one entry a statement of this program. */
const builtFrom = new WeakMap<D1Database, { db: DrizzleD1Database; prepared: Map<Statement<unknown>, Prepared> }>();

function bind(binding: D1Database, [statement, values]: Bound<unknown>): D1PreparedStatement {
  const built = builtFrom.get(binding) ?? { db: drizzle(binding), prepared: new Map() };
  builtFrom.set(binding, built);
  let prepared = built.prepared.get(statement);
  if (!prepared) {
    const { sql, params } = statement.build(built.db).toSQL();
    prepared = { statement: binding.prepare(sql), bindings: params.map(bindingOf) };
    built.prepared.set(statement, prepared);
  }
  return prepared.statement.bind(...prepared.bindings.map((bound: Binding) => bound(values)));
}

/**
 * The database behind `c.env.DB`, for one request.
 *
 * @throws {CloudApiError} from its functions: ServiceUnavailableError when D1 fails or stays busy after the retries
 */
export function connect(binding: D1Database, meter: DatabaseMeter): Database {
  const trip = async (statements: readonly Bound<unknown>[]): Promise<D1Result<Record<string, unknown>>[]> => {
    const startedAt = performance.now();
    try {
      return await withRetry(() => {
        meter.calls += 1;
        return binding.batch<Record<string, unknown>>(statements.map((bound) => bind(binding, bound)));
      });
    } finally {
      meter.milliseconds += performance.now() - startedAt;
    }
  };
  return {
    first: async (statement, values) => rowsOf(statement, (await trip([[statement, values]]))[0])[0],
    all: async (statement, values) => rowsOf(statement, (await trip([[statement, values]]))[0]),
    readThenWrite: async (read, write) => rowsOf(read[0], (await trip([read, write]))[0])[0],
    writeThenRead: async (write, read) => rowsOf(read[0], (await trip([write, read]))[1])[0],
    firstAndAll: async (first, all) => {
      const [one, many] = await trip([first, all]);
      return [rowsOf(first[0], one)[0], rowsOf(all[0], many)];
    },
  };
}

const rowsOf = <Row>({ read }: Statement<Row>, result: D1Result<Record<string, unknown>> | undefined): Row[] =>
  result?.results.map(read) ?? [];
