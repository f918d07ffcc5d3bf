import type { RecordedStatement } from "./recorder.ts";

/**
 * The floor: no service of this kind can be faster. It sends the same batches as the service, and answers with the bare
 * row, without authentication, validation or rendering.
 *
 * bench.ts makes `RECORDED` at each run: the batches, and the values in them to replace.
 */
type Env = { DB: D1Database; RECORDED: string };

export type Recorded = {
  batches: Record<"update" | "get" | "list", RecordedStatement[]>;
  replaced: Replaced;
};

type Replaced = { image: string; name: string; attemptId: string };

let recorded: Recorded | undefined;

const prepared = new Map<string, D1PreparedStatement>();

/** Binds the recorded statements to the values of this request. */
function bindAll(db: D1Database, statements: readonly RecordedStatement[], [from, to]: [Replaced, Replaced]) {
  return statements.map(({ sql, params }) => {
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    const bindings = params.map((param) => {
      if (param === from.image) return to.image;
      if (typeof param !== "string") return param;
      return param.replaceAll(from.name, to.name).replaceAll(from.attemptId, to.attemptId);
    });
    return statement.bind(...bindings);
  });
}

/** One statement, and the trigger of the history. */
const single = "UPDATE images SET name = ?, revision = revision + 1 WHERE uuid = ? RETURNING *";

export default {
  async fetch(request: Request, { DB: db, RECORDED }: Env): Promise<Response> {
    recorded ??= JSON.parse(RECORDED) as Recorded;
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/none")) return Response.json({ name: "none" });
    const segments = pathname.split("/");
    const image = segments[segments.indexOf("images") + 1] ?? "";
    const name = request.method === "POST" ? (await request.json<{ name: string }>()).name : "";
    if (pathname.startsWith("/single")) return Response.json(await db.prepare(single).bind(name, image).first());
    const kind = request.method === "POST" ? "update" : image ? "get" : "list";
    const { batches, replaced } = recorded;
    const values = { image, name, attemptId: crypto.randomUUID() };
    const statements = bindAll(db, batches[kind], [replaced, values]);
    const [only] = statements;
    // Like the service, sends a read of one statement without a batch.
    const results = only && statements.length === 1 ? [await only.all()] : await db.batch(statements);
    // An update returns the image itself, and the outcome after it then has no row.
    return Response.json(kind === "list" ? results[1]?.results : results.flatMap((result) => result.results)[0]);
  },
};
