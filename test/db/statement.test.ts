import { env } from "cloudflare:workers";
import { getTableColumns, sql } from "drizzle-orm";
import { blob, sqliteTable } from "drizzle-orm/sqlite-core";
import { beforeAll, describe, expect, it } from "vitest";
import { accounts } from "../../src/db/account-schema.ts";
import { databaseFor } from "../../src/db/client.ts";
import { images } from "../../src/db/schema.ts";
import { asColumn, leftJoined, query, statement } from "../../src/db/statement.ts";

const db = databaseFor(env.DB, { calls: 0, milliseconds: 0 });
const uuid = "5b1e3ac6-0000-4000-8000-00000000d0de";

beforeAll(async () => {
  await env.DB.batch([
    env.DB.prepare(
      "INSERT INTO accounts (uuid, login, created, updated, operator) VALUES (?, 'decoded', '2026', '2026', 1)",
    ).bind(uuid),
    env.DB.prepare(
      "INSERT INTO images (uuid, name, version, owner, state, public, image_size, tags) VALUES (?, 'n', '1', ?, 'active', 1, 7, '{}')",
    ).bind(uuid, uuid),
  ]);
});

describe("a row of a statement", () => {
  it("has the value of every kind of column as its type says: boolean, number, text, NULL", async () => {
    const both = statement<{ uuid: string }>().returnsRows(
      () => ({
        image: leftJoined(getTableColumns(images), "uuid"),
        account: leftJoined(getTableColumns(accounts), "uuid"),
      }),
      (columns, bind) =>
        query
          .select(columns)
          .from(images)
          .leftJoin(accounts, sql`${accounts.uuid} = ${images.owner}`)
          .where(sql`${images.uuid} = ${bind.uuid}`),
    );
    const [row] = await db.all(both.with({ uuid }));
    expect(row?.image).toMatchObject({
      uuid,
      public: true,
      image_size: 7,
      revision: 1,
      state: "active",
      tags: "{}",
      acl: null,
    });
    expect(row?.account).toMatchObject({
      uuid,
      operator: true,
      disabled: false,
      triton_cns_enabled: false,
      email: null,
    });
  });

  it("has an expression read as the column that it stands for", async () => {
    const rehearsed = statement<Record<never, never>>().returnsRows(
      () => ({ public: asColumn(images.public, sql`1`), size: asColumn(images.image_size, sql`NULL`) }),
      (columns) => query.select(columns).from(sql`(SELECT 1)`),
    );
    expect(await db.all(rehearsed.with({}))).toEqual([{ public: true, size: null }]);
  });

  it("is not made of a column whose kind nobody decodes", () => {
    const { bytes } = getTableColumns(sqliteTable("t", { bytes: blob({ mode: "buffer" }) }));
    expect(() => asColumn(bytes, sql`1`)).toThrow("column bytes: no decoder for buffer");
  });
});
