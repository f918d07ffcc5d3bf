import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "../../migrations");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .sort();
const apply = (db: DatabaseSync, names: readonly string[]) => {
  for (const name of names) db.exec(readFileSync(join(folder, name), "utf8"));
};

it("images that are older than the history have a row of it, as they are", () => {
  const db = new DatabaseSync(":memory:");
  apply(db, files.slice(0, 3));
  db.exec(`INSERT INTO images (uuid, name, version, owner, state, acl, revision, write_id) VALUES
    ('a', 'n', '1', 'o', 'active', '["o"]', 7, 'w'), ('b', 'm', '2', 'o', 'destroyed', NULL, 1, NULL)`);
  apply(db, files.slice(3));
  const before = db.prepare("SELECT image, revision, operation, name, state, acl FROM image_history ORDER BY 1").all();
  expect(before).toEqual([
    { image: "a", revision: 7, operation: "baseline", name: "n", state: "active", acl: '["o"]' },
    { image: "b", revision: 1, operation: "baseline", name: "m", state: "destroyed", acl: null },
  ]);
  // As the version of the service before this migration updates: it knows write_id and nothing of `write`.
  db.exec("UPDATE images SET name = 'x', revision = revision + 1, write_id = 'v' WHERE uuid = 'a'");
  const [last] = db
    .prepare(
      "SELECT revision, write_id, operation, changed, name FROM image_history WHERE image = 'a' ORDER BY revision DESC",
    )
    .all();
  expect(last).toEqual({ revision: 8, write_id: "v", operation: "provision", changed: "name", name: "x" });
});

it("a deleted image takes its history along, and may come again", () => {
  const db = new DatabaseSync(":memory:");
  apply(db, files);
  const insert = "INSERT INTO images (uuid, name, version, owner, state) VALUES ('a', 'n', '1', 'o', 'active')";
  db.exec(`${insert}; DELETE FROM images; ${insert}`);
  expect(db.prepare("SELECT count(*) AS n FROM image_history").get()).toEqual({ n: 1 });
});
