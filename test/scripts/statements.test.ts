import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { openMigrated } from "../../scripts/provisioning/migrations.ts";
import { formatSql } from "../../scripts/statements/format.ts";
import {
  explain,
  findBoundPartial,
  listPartialColumns,
  listStatements,
  renderStatements,
  statementsFile,
} from "../../scripts/statements.ts";
import { images } from "../../src/db/schema.ts";
import { statement } from "../../src/db/statement.ts";

const db = openMigrated();
const columns = listPartialColumns(db);

describe("the statements of the service", () => {
  it("are those of test/data/statements.sql: npm run statements writes it", async () => {
    expect(await renderStatements()).toBe(readFileSync(statementsFile, "utf8"));
  });

  it("are formatted without a change but of white space", async () => {
    const bare = (text: string) => text.replace(/\s+/g, "");
    for (const { text } of await listStatements()) expect(bare(formatSql(text))).toBe(bare(text));
  });

  it("bind no parameter against a column of a partial index's WHERE", async () => {
    expect(columns.sort()).toEqual(["image_revisions.left_feed", "images.public", "images.state", "images.state"]);
    const bound = (await listStatements()).flatMap(({ name, text }) =>
      findBoundPartial(text, columns).map((one) => `${name}: ${one}`),
    );
    expect(bound).toEqual([]);
  });

  it("would be refused with one, either way around", () => {
    for (const text of [
      '"images"."state" <> ?',
      '? = "images"."public"',
      '"i"."state" IS NOT ?',
      '"images"."state" IN (?, ?)',
    ]) {
      expect(findBoundPartial(`SELECT 1 FROM images WHERE ${text}`, columns), text).toHaveLength(1);
    }
    expect(
      findBoundPartial(`SELECT 1 FROM images WHERE +"images"."state" = ? AND "images"."owner" = ?`, columns),
    ).toEqual([]);
  });

  it("would show a table that is read row by row", () => {
    expect(explain(db, "SELECT * FROM images WHERE os = ?")).toEqual(["SCAN images"]);
  });

  it("are all exported: one that is not is named", async () => {
    const hidden = statement<{ os: string }>().returnsNone(
      ({ os }) => sql`SELECT ${images.uuid} FROM ${images} WHERE os = ${os}`,
    );
    await expect(listStatements()).rejects.toThrow(hidden.print().text);
  });
});
