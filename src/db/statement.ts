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

/** Stands for a statement's values, by name, until they are bound. */
export type Placeholders<Values> = { readonly [Name in keyof Values]: Placeholder };

/** A statement with its values: what `db/client` runs. */
export type Bound<Row> = {
  readonly printed: Printed;
  readonly parameters: readonly unknown[];
  readonly read: (row: StoredRow) => Row;
};

/** The text of a statement, printed once. The object itself is the key of what a database prepared for it. */
export type Printed = { readonly text: string };

/** A row as D1 answers it, or values to bind: by name. */
export type StoredRow = Readonly<Record<string, unknown>>;

/**
 * A statement that is built by Drizzle once, on first use, and bound at each request: building costs as much as Hono and
 * zod together. A value that is missing at `with` does not compile.
 */
type Statement<Values, Row> = { with: (values: Values) => Bound<Row> };

const dialect = new SQLiteSyncDialect();

// Only running a query uses the session; these queries are printed.
const noSession = undefined as unknown as SQLiteSession<"sync", unknown, Record<string, never>, Record<string, never>>;

/** Drizzle's builders without a database: their queries are printed, and run by `db/client`. */
export const query = {
  select: (fields: SelectedFieldsFlat) => new QueryBuilder(dialect).select(fields),
  update: <Table extends SQLiteTable>(table: Table) => new SQLiteUpdateBuilder(table, noSession, dialect),
  delete: <Table extends SQLiteTable>(table: Table) => new SQLiteDeleteBase(table, noSession, dialect),
};

/** A Drizzle query, or SQL that Drizzle has no builder for. */
type Query = { toSQL: () => PrintedQuery } | SQL;

type PrintedQuery = { sql: string; params: unknown[] };

const print = (built: Query): PrintedQuery => ("toSQL" in built ? built.toSQL() : dialect.sqlToQuery(built));

/** An expression that a select answers beside columns, and how its value is read. */
export type Expression<Value> = { readonly sql: SQL; readonly read: (stored: unknown) => Value };

/** An expression that is 0 or 1. */
export const flag = (expression: SQL): Expression<boolean> => ({ sql: expression, read: (stored) => stored === 1 });

/** An expression that is a number, never NULL. */
export const integer = (expression: SQL): Expression<number> => ({ sql: expression, read: Number });

/** An expression that is text or NULL. */
export const nullableText = (expression: SQL): Expression<string | null> => ({
  sql: expression,
  read: (stored) => (stored === null ? null : String(stored)),
});

/** Columns and expressions by their name in the row. */
type Fields = Readonly<Record<string, Column | Expression<unknown>>>;

/** The fields of a left join: null where it found no row. `key` is a column that is never NULL where it did. */
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

/** The row that a selection answers. */
export type RowOf<S extends Selection> = {
  -readonly [Name in keyof S]: S[Name] extends LeftJoined<infer F>
    ? { -readonly [Field in keyof F]: ValueOf<F[Field]> } | null
    : S[Name] extends Column | Expression<unknown>
      ? ValueOf<S[Name]>
      : never;
};

type Reader = { name: string; alias: string; read: (stored: unknown) => unknown };

const makeReader = (name: string, field: Column | Expression<unknown>, alias: string): Reader => ({
  name,
  alias,
  read: is(field, Column)
    ? (stored) => (stored === null || stored === undefined ? null : field.mapFromDriverValue(stored))
    : field.read,
});

function readFields(readers: readonly Reader[], row: StoredRow): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, alias, read } of readers) values[name] = read(row[alias]);
  return values;
}

const prefixed = (prefix: string, name: string): string => `${prefix}_${name}`;

/** How a row of this selection is read: its own fields flat, each left join as an object or null. */
function makeRowReader(selection: Selection): (row: StoredRow) => Record<string, unknown> {
  const own: Reader[] = [];
  const joined: { name: string; key: string; readers: Reader[] }[] = [];
  for (const [name, field] of Object.entries(selection)) {
    if (!isLeftJoined(field)) own.push(makeReader(name, field, name));
    else {
      const readers = Object.entries(field.fields).map(([of, one]) => makeReader(of, one, prefixed(name, of)));
      joined.push({ name, key: prefixed(name, field.key), readers });
    }
  }
  return (row) => {
    const values = readFields(own, row);
    for (const { name, key, readers } of joined) {
      values[name] = row[key] === null ? null : readFields(readers, row);
    }
    return values;
  };
}

const isLeftJoined = (field: Selection[string]): field is LeftJoined => "key" in field && "fields" in field;

const toSql = (field: Column | Expression<unknown>): SQLWrapper => (is(field, Column) ? field : field.sql);

/** What Drizzle selects: every field under a name of its own, those of a left join as `join_field`. */
function listColumns(selection: Selection): SelectedFieldsFlat {
  const named = Object.entries(selection).flatMap(([name, field]) =>
    isLeftJoined(field)
      ? Object.entries(field.fields).map(([of, one]) => [prefixed(name, of), toSql(one)] as const)
      : [[name, toSql(field)] as const],
  );
  return Object.fromEntries(named.map(([alias, field]) => [alias, sql`${field}`.as(alias)]));
}

/** How a parameter gets its value from a statement's values. Decided once for each parameter. */
type Binding = (values: StoredRow) => unknown;

function makeBinding(parameter: unknown): Binding {
  if (is(parameter, Placeholder)) return (values) => values[parameter.name];
  if (is(parameter, Param) && is(parameter.value, Placeholder)) {
    const { name } = parameter.value;
    return (values) => parameter.encoder.mapToDriverValue(values[name]);
  }
  return () => parameter;
}

// Any name has a placeholder: the type of `value` in `build` decides which names are values.
const placeholders: Placeholders<Record<string, unknown>> = new Proxy(
  {},
  { get: (_, name) => sql.placeholder(String(name)) },
);

/** What the first use of a statement makes of it. */
type Made<Row> = { printed: Printed; bindings: readonly Binding[]; read: (row: StoredRow) => Row };

function makeStatement<Values extends StoredRow, Row>(
  make: (value: Placeholders<Values>) => { built: Query; read: (row: StoredRow) => Row },
): Statement<Values, Row> {
  let made: Made<Row> | undefined;
  return {
    with: (values) => {
      if (!made) {
        const { built, read } = make(placeholders as Placeholders<Values>); // It has every name.
        const { sql: text, params } = print(built);
        made = { printed: { text }, bindings: params.map(makeBinding), read };
      }
      const { printed, bindings, read } = made;
      return { printed, parameters: bindings.map((bind) => bind(values)), read };
    },
  };
}

/**
 * A statement over values of these names.
 *
 * - `reads(select, build)`: a select of named fields. `build` gets them as Drizzle takes them, and the placeholders.
 * - `writes(build)`: a write, which answers no row.
 */
export const statement = <Values extends StoredRow>() => ({
  reads: <S extends Selection>(
    select: (value: Placeholders<Values>) => S,
    build: (columns: SelectedFieldsFlat, value: Placeholders<Values>) => Query,
  ): Statement<Values, RowOf<S>> =>
    makeStatement((value) => {
      const selection = select(value);
      const read = makeRowReader(selection);
      // The reader is made from the selection: a value for each name, by the column's own decoder.
      return { built: build(listColumns(selection), value), read: (row) => read(row) as RowOf<S> };
    }),
  writes: (build: (value: Placeholders<Values>) => Query): Statement<Values, undefined> =>
    makeStatement((value) => ({ built: build(value), read: () => undefined })),
});
