import { countBytes } from "../../src/images/rules/tags.ts";
import { groupByBytes } from "../../src/text.ts";

type Bound = string | number | null;

/** A statement of SQL and its values. D1's prepared statement is one. */
export type SqlStatement = {
  bind(...values: Bound[]): SqlStatement;
  all<Row = Record<string, unknown>>(): Promise<{ results: Row[] }>;
};

/** What the commands use of a database: D1, or the file of a local one. A batch is one transaction. */
export type SqlDatabase = {
  prepare(sql: string): SqlStatement;
  batch<Row = Record<string, unknown>>(statements: SqlStatement[]): Promise<{ results: Row[] }[]>;
};

/** A database that must be closed. */
export type OpenDatabase = { db: SqlDatabase; close: () => Promise<void> };

/**
 * D1's message while another program writes to the same files; the transaction was not applied. A local database that met
 * the lock while it opened its file reports the internal error; the real message reaches only workerd's stderr.
 */
const busyError = /SQLITE_BUSY|database is locked|internal error; reference/i;

const firstWaitMs = 25;
const longestWaitMs = 500;

/**
 * Runs a round trip to D1, and retries it while another program locks the database: the service may run on the same files.
 *
 * @param patienceMs how long to retry
 * @throws {Error} the database stayed locked
 */
export async function retryWhileBusy<Result>(call: () => Promise<Result>, patienceMs = 60_000): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error && busyError.test(error.message))) throw error;
      if (performance.now() + waitMs > deadline) {
        throw new Error(
          `the database has been locked for ${patienceMs / 1000} seconds; nothing was changed, try again (${error.message})`,
          { cause: error },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/**
 * Takes the lock and changes nothing. A transaction that reads first and writes later fails if another program has written
 * in between, and no retry helps.
 *
 * @see https://www.sqlite.org/isolation.html
 */
const lock = "UPDATE accounts SET login = login WHERE 0";

/** Runs reads in one transaction. Returns all their rows. The service on the same file does not wait for them. */
export async function runReads<Row>(db: SqlDatabase, statements: readonly SqlStatement[]): Promise<Row[]> {
  if (statements.length === 0) return [];
  return (await retryWhileBusy(() => db.batch<Row>([...statements]))).flatMap(({ results }) => results);
}

/** Runs statements in one transaction that takes the lock first. Returns all their rows. */
export async function runLocked<Row>(db: SqlDatabase, statements: readonly SqlStatement[]): Promise<Row[]> {
  if (statements.length === 0) return [];
  const [, ...pages] = await retryWhileBusy(() => db.batch<Row>([db.prepare(lock).bind(), ...statements]));
  return pages.flatMap(({ results }) => results);
}

/** The most of one bound value. D1's own limit is 2 MB. */
const maxChunkBytes = 400_000;

/** Joins JSON texts to arrays for `json_each(?)`. Each array is at most 400 KB, unless a single text is larger. */
export const toJsonChunks = (texts: readonly string[]): string[] =>
  groupByBytes(
    texts.map((text) => ({ text, bytes: countBytes(text) + 1 })),
    { maxBytes: maxChunkBytes },
  ).map((group) => `[${group.map(({ text }) => text).join()}]`);

type Value = string | number | boolean | null;

/**
 * Makes a function that prepares statements over rows, which they read as the table `file`. One bound value has many rows. A
 * large row is bound column by column, because JSON within JSON doubles every quote and might pass D1's limit. Each statement
 * runs for all rows before the next.
 */
export function makeFileTable<Column extends string>(columns: readonly Column[]) {
  const names = columns.join();
  const fromJson = `WITH file (${names}) AS MATERIALIZED (
  SELECT ${columns.map((_, at) => `value ->> ${at}`).join()} FROM json_each(?)
)`;
  const fromValues = `WITH file (${names}) AS (VALUES (${columns.map(() => "?").join()}))`;
  return (db: SqlDatabase, rows: readonly Readonly<Record<Column, Value>>[], ...statements: string[]) => {
    const all = rows.map((row) => columns.map((column) => row[column]));
    const texts = all.map((values) => JSON.stringify(values));
    const isLarge = texts.map((text) => countBytes(text) > maxChunkBytes);
    const chunks = toJsonChunks(texts.filter((_, at) => !isLarge[at]));
    const large = all.filter((_, at) => isLarge[at]);
    return statements.flatMap((sql): SqlStatement[] => [
      ...chunks.map((chunk) => db.prepare(`${fromJson} ${sql}`).bind(chunk)),
      ...large.map((values) => db.prepare(`${fromValues} ${sql}`).bind(...values.map(toBound))),
    ]);
  };
}

const toBound = (value: Value): Bound => (typeof value === "boolean" ? Number(value) : value);

const hasMore = (one: string, other: string): string =>
  `EXISTS (SELECT fullkey, type, atom FROM json_tree(${one}) EXCEPT SELECT fullkey, type, atom FROM json_tree(${other}))`;

/** Whether two JSON texts differ in more than the order of keys: tags that were added one by one have another than Node's. */
export const isOtherJson = (one: string, other: string): string => `(${hasMore(one, other)} OR ${hasMore(other, one)})`;
