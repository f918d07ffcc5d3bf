import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readMigrations } from "../../scripts/provisioning/migrations.ts";
import { DatabaseSync } from "../../scripts/provisioning/sqlite.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { findDatabaseFile } from "../../scripts/serving/database-file.ts";
import { loader, loaderAccount, sendTo } from "../support/loader.ts";
import { provision } from "../support/local-state.ts";
import { makeRandom } from "../support/random.ts";
import { StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

/** The migration 0004: rows that were whole images become differences. */

const images = process.env["LONG"] ? 200 : 30;
const revisions = 20;
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-differences-"));
const file = findDatabaseFile(folder);
const fields = ["name", "version", "description", "homepage", "acl", "tags"] as const;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Row = Record<string, string | number | null>;

/** Makes the database of the release before, at migration 0003. */
function openBefore(): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec(
    "PRAGMA journal_mode = WAL; CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE, applied_at TEXT)",
  );
  for (const { name, sql } of readMigrations().filter((one) => one.name < "0004")) {
    db.exec(sql);
    db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").run(name);
  }
  return db;
}

/** Fills it as the service did, the triggers making the revisions. The first images lose some, as trims did. */
function fill(db: DatabaseSync): void {
  const random = makeRandom();
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value;
  const values: Record<(typeof fields)[number], readonly (string | null)[]> = {
    name: ["a", "b", "c"],
    version: ["1", "2"],
    description: [null, "d", "ü".repeat(50)],
    homepage: [null, "http://h/"],
    acl: [null, JSON.stringify([makeUuid(77)])],
    tags: [
      null,
      "{}",
      JSON.stringify({ 'a"b': [1e21, null, { z: 1, a: "\u2028" }] }),
      JSON.stringify({ t: "t".repeat(5000) }),
    ],
  };
  for (let at = 0; at < images; at += 1) {
    const uuid = makeUuid(at);
    db.prepare("INSERT INTO images (uuid, name, version, owner, state) VALUES (?, 'a', '1', ?, 'active')").run(
      uuid,
      loader.uuid,
    );
    for (let revision = 2; revision <= revisions; revision += 1) {
      const changed = fields.filter(() => random(10) < 3);
      const set = changed.map((name) => `${name} = ?, `).join("");
      const write = {
        operation: "UpdateImage",
        request_hash: random(10) < 2 ? `hash ${at} ${revision}` : null,
        attempt_id: `attempt ${at} ${revision}`,
        request_id: `request-${at}-${revision}`,
        account: loader.uuid,
        key_sha256: "SHA256:x",
      };
      db.prepare(`UPDATE images SET ${set} revision = ?, write_id = ?, write = ? WHERE uuid = ?`).run(
        ...changed.map((name) => pick(values[name])),
        revision,
        `write ${at} ${revision}`,
        random(10) < 1 ? null : JSON.stringify(write),
        uuid,
      );
    }
  }
  // The oldest are gone; or all but one that an Idempotency-Key kept.
  db.prepare("DELETE FROM image_history WHERE image = ? AND revision < 6").run(makeUuid(0));
  db.prepare("DELETE FROM image_history WHERE image = ? AND revision < 9 AND revision <> 3").run(makeUuid(1));
}

const readHistory = (db: DatabaseSync): Row[] =>
  db.prepare("SELECT * FROM image_history ORDER BY image, revision").all() as Row[];

const parse = (name: string, value: unknown): unknown =>
  (name === "tags" || name === "acl") && typeof value === "string" ? JSON.parse(value) : value;

/** What the release before showed of a revision in the audit. */
function showChanges(before: Row | undefined, after: Row): unknown {
  if (after["changed"] === null) return expect.objectContaining({ name: { before: null, after: "a" } });
  if (before?.["revision"] !== Number(after["revision"]) - 1) return null;
  return Object.fromEntries(
    fields
      .filter((name) => before[name] !== after[name])
      .map((name) => [name, { before: parse(name, before[name]), after: parse(name, after[name]) }]),
  );
}

it(`a database of the release before, ${images} images with ${revisions} revisions, answers the same after the migration`, async () => {
  const before = openBefore();
  fill(before);
  const rows = readHistory(before);
  before.close();

  const port = await findFreePort();
  const service = new StartedService(["--port", String(port), "--state", folder], "serve");
  // The service migrates the database, then somebody is provisioned who may ask.
  await service.waitUntilReady();
  const db = new DatabaseSync(file);
  const converted = readHistory(db);
  // After a gap, the columns are those that differ from the revision that is kept below it.
  const withoutChanged = (all: Row[]) => all.map((row) => ({ ...row, changed: row["changed"] === null }));
  // A later migration added the scope of the key.
  expect(withoutChanged(converted)).toEqual(withoutChanged(rows).map((row) => ({ ...row, key_scope: null })));
  expect(converted.filter((row, at) => row["changed"] !== rows[at]?.["changed"]).length).toBeLessThanOrEqual(1);
  const keyed = rows.filter((row) => row["request_hash"] !== null);
  const records =
    "SELECT write_id, request_hash, attempt_id, image, revision FROM account_writes ORDER BY image, revision";
  expect(db.prepare(records).all()).toEqual(
    keyed.map(({ write_id, request_hash, attempt_id, image, revision }) => ({
      write_id,
      request_hash,
      attempt_id,
      image,
      revision,
    })),
  );
  const counted = "SELECT sum(bytes) AS bytes FROM image_revisions WHERE operation <> 'provision'";
  expect(db.prepare("SELECT bytes FROM account_history").get()).toEqual({
    bytes: Number(db.prepare(counted).get()?.["bytes"]) + 500 * keyed.length,
  });
  db.close();

  await provision(folder, { accounts: [loaderAccount] });
  const byImage = Map.groupBy(rows, ({ image }) => image);
  for (const at of [0, 1, 2, images - 1]) {
    const history = byImage.get(makeUuid(at)) ?? [];
    const audit = await sendTo(port, `/my/images/${makeUuid(at)}/audit`);
    expect(audit.json).toMatchObject(
      history
        .map((row, place) => ({ revision: row["revision"], changes: showChanges(history[place - 1], row) }))
        .toReversed(),
    );
    for (const row of history) {
      const answer = await sendTo(port, `/my/images/${makeUuid(at)}?revision=${row["revision"]}`);
      const shown = Object.fromEntries(fields.map((name) => [name, (answer.json as Row)[name] ?? null]));
      expect(shown).toEqual(Object.fromEntries(fields.map((name) => [name, parse(name, row[name] ?? null)])));
      expect(answer.headers.get("ETag")).toContain(`"${row["revision"]}-`);
    }
  }
  await service.end();
});
