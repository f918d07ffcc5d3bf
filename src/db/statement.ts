import { Column, is, Param, Placeholder, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import {
  QueryBuilder,
  type SelectedFieldsFlat,
  SQLiteDeleteBase,
  type SQLiteSession,
  SQLiteSyncDialect,
  type SQLiteTable,
  SQLiteUpdateBuilder,
} from "drizzle-orm/sqlite-core";

/**
 * Statements: built by Drizzle, printed once, bound at each request. Only this file uses Drizzle's inner parts, so that an
 * upgrade of Drizzle changes this file alone; `test/data/statements.sql` shows the effect.
 */

export type { Placeholder, SelectedFieldsFlat };

/** What SQLite binds, and what it stores. */
type Stored = string | number | null;

type Values = Readonly<Record<string, Stored>>;

/** A row as the database returned it. */
export type StoredRow = Record<string, unknown>;

/** The placeholders of a statement, one for each value. */
export type Placeholders<V> = { readonly [Name in keyof V]: Placeholder };

/** A statement with its values: what `db/client` runs. */
export type Bound<Row> = {
  readonly printed: Printed;
  readonly parameters: readonly unknown[];
  readonly read: (row: StoredRow) => Row;
};

/** The text of a statement, printed once. The object itself is the key of the prepared statement. */
export type Printed = { readonly text: string };

/**
 * A statement of the service. Drizzle builds it on first use only: building costs as much as Hono and zod together. Leaving
 * out a value at `with` does not compile.
 */
export type Statement<V, Row> = { readonly with: (values: V) => Bound<Row>; readonly print: () => Printed };

/** Every statement that was defined, in the order of definition: `npm run statements` prints them. */
export const statements: Pick<Statement<never, unknown>, "print">[] = [];

const dialect = new SQLiteSyncDialect();

// Only running a query uses the session; these queries are printed.
const noSession = undefined as unknown as SQLiteSession<"sync", unknown, Record<string, never>, Record<string, never>>;

/** Drizzle's builders without a database: their queries are printed, and `db/client` runs them. */
export const query = {
  select: (fields: SelectedFieldsFlat) => new QueryBuilder(dialect).select(fields),
  update: <Table extends SQLiteTable>(table: Table) => new SQLiteUpdateBuilder(table, noSession, dialect),
  delete: <Table extends SQLiteTable>(table: Table) => new SQLiteDeleteBase(table, noSession, dialect),
};

/** A Drizzle query, or SQL that Drizzle has no builder for. */
type Query = { toSQL: () => PrintedQuery } | SQL;

type PrintedQuery = { sql: string; params: unknown[] };

const print = (built: Query): PrintedQuery => ("toSQL" in built ? built.toSQL() : dialect.sqlToQuery(built));

/** Reads a stored value. Null: the value is what SQLite stored. */
type Decoder = ((stored: unknown) => unknown) | null;

/** An expression to select, and how to read its value. `value` is its type, and never there. */
export type Expression<Value> = { readonly sql: SQL; readonly decode: Decoder; readonly value?: Value };

/** A boolean: SQLite's 0 or 1. */
export const boolean = (expression: SQL): Expression<boolean> => ({ sql: expression, decode: decoders.boolean });

/** A number that is never NULL. */
export const integer = (expression: SQL): Expression<number> => ({ sql: expression, decode: null });

/** A number or NULL. */
export const nullableInteger = (expression: SQL): Expression<number | null> => ({ sql: expression, decode: null });

/** A text that is NULL only if its left join found no row. */
export const text = (expression: SQL): Expression<string> => ({ sql: expression, decode: null });

/** Text or NULL. */
export const nullableText = (expression: SQL): Expression<string | null> => ({ sql: expression, decode: null });

/** How a stored value is read, by the kind of its column. Drizzle's own decoders changed place between its versions. */
const decoders = {
  boolean: (stored: unknown) => (stored === null ? null : stored === 1),
  // The tables are STRICT: their columns hold no other kind.
  number: null,
  string: null,
};

/** @throws {Error} the column is of a kind that is not in the table above */
function findDecoder({ name, dataType }: Column): Decoder {
  // The first word: later versions of Drizzle add the kind of number or string.
  const kind = dataType.split(" ", 1).join();
  if (!Object.hasOwn(decoders, kind)) throw new Error(`column ${name}: no decoder for ${dataType}`);
  return decoders[kind as keyof typeof decoders];
}

/** Reads an expression as the column would be read. */
export const asColumn = (column: Column, expression: SQL): Expression<unknown> => ({
  sql: expression,
  decode: findDecoder(column),
});

/** Columns and expressions by their name in the row. */
type Fields = Readonly<Record<string, Column | Expression<unknown>>>;

/** The fields of a left join: null if it found no row. `key` is a column that is then NULL, and only then. */
type LeftJoined<F extends Fields = Fields> = { readonly fields: F; readonly key: string };

/** Names the fields of a left join. @param key one of them that is NOT NULL in its table */
export const leftJoined = <F extends Fields>(fields: F, key: keyof F & string): LeftJoined<F> => ({ fields, key });

type Selection = Readonly<Record<string, Column | Expression<unknown> | LeftJoined>>;

type ValueOf<F extends Column | Expression<unknown>> = F extends Column
  ? F["_"]["notNull"] extends true
    ? F["_"]["data"]
    : F["_"]["data"] | null
  : F extends Expression<infer Value>
    ? Value
    : never;

/** The row that a selection returns. */
export type RowOf<S extends Selection> = {
  -readonly [Name in keyof S]: S[Name] extends LeftJoined<infer F>
    ? { -readonly [Field in keyof F]: ValueOf<F[Field]> } | null
    : S[Name] extends Column | Expression<unknown>
      ? ValueOf<S[Name]>
      : never;
};

/** Picks columns of a table by name, so that no statement takes a new column by accident. */
export function pick<Table, Name extends keyof Table>(table: Table, names: readonly Name[]): Pick<Table, Name> {
  const picked: Partial<Pick<Table, Name>> = {};
  for (const name of names) picked[name] = table[name];
  return picked as Pick<Table, Name>; // It has every name.
}

/** A field of a row. `alias` is its name in the result. */
type Reader = { name: string; alias: string; decode: Decoder };

const makeReader = (name: string, field: Column | Expression<unknown>, alias: string): Reader => ({
  name,
  alias,
  decode: is(field, Column) ? findDecoder(field) : field.decode,
});

const prefixed = (prefix: string, name: string): string => `${prefix}_${name}`;

/** Makes the reader of a row: own fields flat, each left join as an object or null. */
function makeRowReader(selection: Selection): (row: StoredRow) => StoredRow {
  const own: Reader[] = [];
  const joined: { name: string; key: string; readers: Reader[] }[] = [];
  for (const [name, field] of Object.entries(selection)) {
    if (!isLeftJoined(field)) own.push(makeReader(name, field, name));
    else {
      const readers = Object.entries(field.fields).map(([of, one]) => makeReader(of, one, prefixed(name, of)));
      joined.push({ name, key: prefixed(name, field.key), readers });
    }
  }
  if (joined.length === 0) return makeFlatReader(own);
  return (row) => {
    const values = readFields(own, row);
    for (const { name, key, readers } of joined) {
      values[name] = row[key] === null ? null : readFields(readers, row);
    }
    return values;
  };
}

/** Most fields of a list are as they were stored: its rows, made for this request alone, are decoded in place. */
function makeFlatReader(readers: readonly Reader[]): (row: StoredRow) => StoredRow {
  const decoded = readers.flatMap(({ name, decode }) => (decode ? [{ name, decode }] : []));
  return (row) => {
    for (const { name, decode } of decoded) row[name] = decode(row[name]);
    return row;
  };
}

function readFields(readers: readonly Reader[], row: StoredRow): StoredRow {
  const values: StoredRow = {};
  for (const { name, alias, decode } of readers) values[name] = decode ? decode(row[alias]) : row[alias];
  return values;
}

const isLeftJoined = (field: Selection[string]): field is LeftJoined => "key" in field && "fields" in field;

const toSql = (field: Column | Expression<unknown>): SQLWrapper => (is(field, Column) ? field : field.sql);

/** Lists the columns for Drizzle, each under a unique name: `join_field` for a field of a left join. */
function listColumns(selection: Selection): SelectedFieldsFlat {
  const named = Object.entries(selection).flatMap(([name, field]) =>
    isLeftJoined(field)
      ? Object.entries(field.fields).map(([of, one]) => [prefixed(name, of), toSql(one)] as const)
      : [[name, toSql(field)] as const],
  );
  return Object.fromEntries(named.map(([alias, field]) => [alias, sql`${field}`.as(alias)]));
}

/** Gets a parameter's value from the values of a statement. */
type Binding = (values: Values) => unknown;

/** The name of the value that is bound. Undefined for a value that the statement itself has. */
function findName(parameter: unknown): string | undefined {
  const bound = is(parameter, Param) ? parameter.value : parameter;
  return is(bound, Placeholder) ? bound.name : undefined;
}

/** Text of SQL in quotes, or a parameter. */
const quotedOrParameter = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g;

/** Numbers the parameters (`?1`), so that a value that a statement names often is sent and bound once. */
function numberParameters({ sql: text, params }: PrintedQuery): { text: string; bindings: Binding[] } {
  const bindings: Binding[] = [];
  const numbers = new Map<unknown, number>();
  let at = 0;
  const numbered = text.replace(quotedOrParameter, (found) => {
    if (found !== "?") return found;
    const parameter = params[at];
    at += 1;
    const name = findName(parameter);
    // A value of the statement itself may read like a name.
    const key = name === undefined ? parameter : Symbol.for(name);
    const known = numbers.get(key);
    if (known !== undefined) return `?${known}`;
    bindings.push(name === undefined ? () => parameter : (values) => values[name]);
    numbers.set(key, bindings.length);
    return `?${bindings.length}`;
  });
  return { text: numbered, bindings };
}

// Any name has a placeholder: the type of `bind` in `build` decides which names are values.
const placeholders: Placeholders<Record<string, unknown>> = new Proxy(
  {},
  { get: (_, name) => sql.placeholder(String(name)) },
);

/** A statement, built on first use. */
type Made<Row> = { printed: Printed; bindings: readonly Binding[]; read: (row: StoredRow) => Row };

function makeStatement<V extends Values, Row>(
  make: (bind: Placeholders<V>) => { built: Query; read: (row: StoredRow) => Row },
): Statement<V, Row> {
  let known: Made<Row> | undefined;
  const makeOnce = (): Made<Row> => {
    if (known) return known;
    const { built, read } = make(placeholders as Placeholders<V>); // It has every name.
    const { text, bindings } = numberParameters(print(built));
    known = { printed: { text }, bindings, read };
    return known;
  };
  const statement: Statement<V, Row> = {
    with: (values) => {
      const { printed, bindings, read } = makeOnce();
      return { printed, parameters: bindings.map((bind) => bind(values)), read };
    },
    print: () => makeOnce().printed,
  };
  statements.push(statement);
  return statement;
}

/**
 * Defines a statement over values of these names. Export it: `test/data/statements.sql` lists every statement under its
 * file and export.
 *
 * - `returnsRows(select, build)`: a SELECT of named fields, or a write that returns them. `build` gets them as Drizzle takes them, and
 *   the placeholders.
 * - `returnsNone(build)`: a write that returns no row.
 */
export const statement = <V extends Values>() => ({
  returnsRows: <S extends Selection>(
    select: (bind: Placeholders<V>) => S,
    build: (columns: SelectedFieldsFlat, bind: Placeholders<V>) => Query,
  ): Statement<V, RowOf<S>> =>
    makeStatement((bind) => {
      const selection = select(bind);
      const read = makeRowReader(selection);
      // The reader is made from the selection: a value for each name, by the column's decoder.
      return { built: build(listColumns(selection), bind), read: (row) => read(row) as RowOf<S> };
    }),
  returnsNone: (build: (bind: Placeholders<V>) => Query): Statement<V, undefined> =>
    makeStatement((bind) => ({ built: build(bind), read: () => undefined })),
});
