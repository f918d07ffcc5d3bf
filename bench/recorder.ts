import { app } from "../src/app.ts";
import type { Bindings } from "../src/context.ts";

/** A statement as the service sent it. */
export type RecordedStatement = { sql: string; params: unknown[] };

/** A batch, and what D1 said it cost. */
export type RecordedBatch = { statements: RecordedStatement[]; rowsRead: number; rowsWritten: number };

let batches: RecordedBatch[] = [];

/** Wraps a binding so that it notes every round trip, near ones too. The service uses `batch`, and `bind` and `all` of a statement. */
function recordDatabase<Source extends D1Database | D1DatabaseSession>(db: Source): Source {
  const originals = new WeakMap<D1PreparedStatement, RecordedStatement & { bound: D1PreparedStatement }>();
  const note = (statements: readonly D1PreparedStatement[], results: readonly D1Result[]): void => {
    const sum = (of: "rows_read" | "rows_written") => results.reduce((total, { meta }) => total + meta[of], 0);
    const sent = statements.flatMap((statement) => originals.get(statement) ?? []);
    batches.push({
      statements: sent.map(({ sql, params }) => ({ sql, params })),
      rowsRead: sum("rows_read"),
      rowsWritten: sum("rows_written"),
    });
  };
  const wrapBound = (sql: string, params: unknown[], bound: D1PreparedStatement): D1PreparedStatement => {
    const all = async (): Promise<D1Result> => {
      const result = await bound.all();
      note([wrapped], [result]);
      return result;
    };
    const wrapped: D1PreparedStatement = new Proxy(bound, { get: (_, property) => ({ all })[String(property)] });
    originals.set(wrapped, { sql, params, bound });
    return wrapped;
  };
  const prepare = (sql: string): D1PreparedStatement =>
    new Proxy(db.prepare(sql), {
      get: (target, property) => {
        if (property !== "bind") throw new Error(`the service used a statement's ${String(property)}`);
        return (...params: unknown[]) => wrapBound(sql, params, target.bind(...params));
      },
    });
  const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
    const results = await db.batch(statements.map((statement) => originals.get(statement)?.bound ?? statement));
    note(statements, results);
    return results;
  };
  const withSession = (constraint: string) => "withSession" in db && recordDatabase(db.withSession(constraint));
  return new Proxy(db, { get: (_, property) => ({ prepare, batch, withSession })[String(property)] });
}

let wrapped: D1Database | undefined;

/** The service, but it answers with the batches that it sent to D1. Takes one request at a time. */
export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    wrapped ??= recordDatabase(env.DB);
    batches = [];
    const answer = await app.fetch(request, { ...env, DB: wrapped });
    return Response.json({ status: answer.status, batches });
  },
};
