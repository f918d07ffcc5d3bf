import { expect, it } from "vitest";
import { findTakenAway } from "../../scripts/check-migrations.ts";

const first = {
  name: "0000.sql",
  sql: "CREATE TABLE t (a TEXT NOT NULL, b TEXT, c INTEGER DEFAULT 0 NOT NULL) STRICT; CREATE TABLE u (x TEXT) STRICT;",
};

/** What a migration after the first takes from the release before. */
const find = (sql: string, current = "0.3.0"): string[] => findTakenAway([first, { name: "0001.sql", sql }], current);

it.each([
  ["a nullable column", "ALTER TABLE t ADD d TEXT"],
  ["a column with a default", "ALTER TABLE t ADD d INTEGER DEFAULT 0 NOT NULL"],
  ["a column with a CHECK of its own", "ALTER TABLE t ADD d INTEGER DEFAULT 0 NOT NULL CHECK (d IN (0, 1))"],
  ["a table", "CREATE TABLE v (y TEXT NOT NULL) STRICT; CREATE UNIQUE INDEX v_y ON v (y)"],
  ["an index", "CREATE INDEX t_b ON t (b)"],
  ["a rebuilt table with the same columns", "CREATE TABLE n (x TEXT) STRICT; DROP TABLE u; ALTER TABLE n RENAME TO u"],
])("a migration may add %s", (_, sql) => {
  expect(find(sql)).toEqual([]);
});

it.each([
  ["ALTER TABLE t DROP COLUMN b", ["0001.sql: t.b is dropped or renamed"]],
  ["ALTER TABLE t RENAME COLUMN b TO d", ["0001.sql: t.b is dropped or renamed"]],
  ["DROP TABLE u", ["0001.sql: u.x is dropped or renamed"]],
  ["ALTER TABLE u RENAME TO v", ["0001.sql: u.x is dropped or renamed"]],
  ["DROP TABLE u; CREATE TABLE u (x INTEGER) STRICT", ["0001.sql: u.x was text and becomes integer"]],
  ["DROP TABLE u; CREATE TABLE u (x TEXT NOT NULL) STRICT", ["0001.sql: u.x becomes NOT NULL"]],
  [
    "DROP TABLE u; CREATE TABLE u (x TEXT, y TEXT NOT NULL) STRICT",
    ["0001.sql: u.y is new and NOT NULL without a default"],
  ],
  [
    "DROP TABLE t; CREATE TABLE t (a TEXT NOT NULL, b TEXT, c INTEGER NOT NULL) STRICT",
    ["0001.sql: t.c loses its default"],
  ],
  ["CREATE UNIQUE INDEX t_b ON t (b)", ["0001.sql: the unique index t_b of t is new"]],
  ["DROP TABLE u; CREATE TABLE u (x TEXT,\nCHECK (x <> '')\n) STRICT", ["0001.sql: the CHECK (x <> '') of u is new"]],
])("a migration may not take anything away: %s", (sql, mistakes) => {
  expect(find(sql)).toEqual(mistakes);
});

it("what no release has used since another version may go", () => {
  const sql = "-- unused since 0.2.0: t.b\nALTER TABLE t DROP COLUMN b;\n-- unused since 0.2.0: u\nDROP TABLE u;";
  expect(find(sql, "0.3.0")).toEqual([]);
  expect(find(sql, "0.2.0")).toEqual(["0001.sql: t.b is dropped or renamed", "0001.sql: u.x is dropped or renamed"]);
});
