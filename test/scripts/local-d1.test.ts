import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { endProcess, runPlainWorkerd } from "../../scripts/serving/workerd.ts";

type Statement = [sql: string, ...values: unknown[]];

/** Runs the statements that it is sent as one batch, and answers each one's rows, or the error. */
const worker = `export default {
  async fetch(request, { DB }) {
    if (request.method === "GET") return new Response();
    const statements = await request.json();
    const bound = statements.map(([sql, ...values]) => DB.prepare(sql).bind(...values));
    try {
      const results = bound.length === 1 ? [await bound[0].all()] : await DB.batch(bound);
      return Response.json(results.map(({ results }) => results));
    } catch (error) {
      return Response.json({ name: error.name, message: error.message });
    }
  },
};`;

/** The database object of `npm run serve`, behind D1's own binding. That of `npm start` and of the other tests is Miniflare's. */
describe("the local D1 of npm run serve", () => {
  const folder = mkdtempSync(join(tmpdir(), "local-d1-"));
  let run: Awaited<ReturnType<typeof runPlainWorkerd>>;
  let port = 0;
  const send = async (...statements: Statement[]): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}`, { method: "POST", body: JSON.stringify(statements) });
    return await answer.json();
  };
  beforeAll(async () => {
    const bundle = join(folder, "statements.js");
    writeFileSync(bundle, worker);
    port = await findFreePort();
    run = await runPlainWorkerd([{ name: "statements", bundle, port }], { folder, persist: join(folder, "v3") });
    await send(["CREATE TABLE a (id INTEGER PRIMARY KEY, v)"]);
  });
  afterAll(async () => {
    await endProcess(run);
    rmSync(folder, { recursive: true });
  });

  it("keeps every kind of value", async () => {
    const values = [null, "", "ü\u{1F600}\n\"'", 0, -1.5, 9007199254740991, true];
    const read: Statement = ["SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e, ? AS f, ? AS g", ...values];
    const [a, b, c, d, e, f] = values;
    expect(await send(read)).toStrictEqual([[{ a, b, c, d, e, f, g: 1 }]]);
  });

  it("answers each statement of a batch, in order, and what it wrote", async () => {
    const answer = await send(
      ["INSERT INTO a (id, v) VALUES (1, 'one'), (2, NULL) RETURNING id"],
      ["SELECT changes() AS changed"],
      ["SELECT * FROM a WHERE id > ?", 5],
    );
    expect(answer).toStrictEqual([[{ id: 1 }, { id: 2 }], [{ changed: 2 }], []]);
  });

  it("applies nothing of a batch that fails, and says why in SQLite's words", async () => {
    const failed = await send(["INSERT INTO a (id, v) VALUES (3, 'three')"], ["INSERT INTO a (id) VALUES (1)"]);
    expect(failed).toStrictEqual({
      name: "Error",
      message: "D1_ERROR: UNIQUE constraint failed: a.id: SQLITE_CONSTRAINT (extended: SQLITE_CONSTRAINT_PRIMARYKEY)",
    });
    expect(await send(["SELECT count(*) AS rows FROM a WHERE id = 3"])).toStrictEqual([[{ rows: 0 }]]);
  });
});
