import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { DatabaseSync } from "../../scripts/provisioning/sqlite.ts";

const folder = join(import.meta.dirname, "../../migrations");

/** A database in memory with every migration applied. */
function makeDatabase(): DatabaseSync {
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  const db = new DatabaseSync(":memory:");
  for (const name of files.sort()) db.exec(readFileSync(join(folder, name), "utf8"));
  return db;
}

const insert = "INSERT INTO images (uuid, name, version, owner, state) VALUES ('a', 'n', '1', 'o', 'active')";

it("a write without a record of who wrote is a revision of the operation provision", () => {
  const db = makeDatabase();
  db.exec(`${insert}; UPDATE images SET name = 'x', revision = revision + 1, write_id = 'v' WHERE uuid = 'a'`);
  const revisions = db.prepare("SELECT revision, write_id, operation, changed, name FROM image_history").all();
  expect(revisions).toEqual([
    {
      revision: 1,
      write_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      operation: "provision",
      changed: null,
      name: "n",
    },
    { revision: 2, write_id: "v", operation: "provision", changed: "name", name: "x" },
  ]);
});

it("deleting an image's row deletes its history, and the row may be inserted again", () => {
  const db = makeDatabase();
  db.exec(`${insert}; DELETE FROM images; ${insert}`);
  expect(db.prepare("SELECT count(*) AS n FROM image_history").get()).toEqual({ n: 1 });
});
