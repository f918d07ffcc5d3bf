/** Says whether the database of a state folder is sound, while the service runs or not. `npm run check-state [-- --state DIR]` */
import { existsSync, statfsSync, statSync } from "node:fs";
import { defaultState } from "./provisioning/database.ts";
import { openMigrated } from "./provisioning/migrations.ts";
import { DatabaseSync, explainFailure, localDatabaseSection } from "./provisioning/sqlite.ts";
import { describeError, fromCaller, readOptions, runProgram } from "./running/program.ts";
import { leastFreeMb } from "./running/state-folder.ts";
import { findDatabaseFile } from "./serving/database-file.ts";

const usage = `usage: npm run --silent check-state [-- --state DIR]
  --state DIR  the folder of the database (default .wrangler/state)
Prints a line for each check, and ends with code 1 if one fails. Changes nothing.`;

/** A check: what it found, and whether that is sound. */
type Found = { text: string; isSound?: boolean };

const isOurs = "name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%' AND name NOT LIKE 'd1_%' AND sql IS NOT NULL";
const selectSchema = `SELECT type || ' ' || name AS name, sql FROM sqlite_schema WHERE ${isOurs}`;

function compareSchema(db: DatabaseSync): Found {
  const read = (from: DatabaseSync) =>
    new Map(
      from
        .prepare(selectSchema)
        .all()
        .map(({ name, sql }) => [String(name), String(sql)]),
    );
  const [found, expected] = [read(db), read(openMigrated())];
  const names = [...new Set([...found.keys(), ...expected.keys()])].filter(
    (name) => found.get(name) !== expected.get(name),
  );
  if (names.length === 0) return { text: "as the migrations make it" };
  return {
    text: `differs from the migrations: ${names.join(", ")}; start the service once to apply them`,
    isSound: false,
  };
}

function checkIntegrity(db: DatabaseSync): Found {
  const [row] = db.prepare("PRAGMA integrity_check(1)").all();
  const [text = ""] = Object.values(row ?? {}).map(String);
  return { text, isSound: text === "ok" };
}

const selectCounts = `SELECT (SELECT count(*) FROM accounts) || ' accounts, ' || ((SELECT count(*) FROM keys) + (SELECT count(*) FROM limited_keys)) || ' keys, '
  || (SELECT count(*) FROM images) || ' images (' || (SELECT count(*) FROM images WHERE state = 'destroyed') || ' destroyed), '
  || (SELECT count(*) FROM image_history) || ' revisions' AS text`;
const selectNewest = `SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', max(time) / 1000, 'unixepoch'), 'none') AS text FROM (
  SELECT max(time) AS time FROM image_history UNION ALL SELECT max(time) FROM account_writes)`;

const selectText =
  (sql: string) =>
  (db: DatabaseSync): Found => ({ text: String(db.prepare(sql).get()?.["text"]) });

function readFree(file: string): Found {
  const { bavail, bsize } = statfsSync(file);
  const freeMb = Math.floor((bavail * bsize) / 2 ** 20);
  return {
    text: `${freeMb} MB free; the file has ${Math.ceil(statSync(file).size / 2 ** 20)} MB`,
    isSound: freeMb >= leastFreeMb,
  };
}

const checks: Readonly<Record<string, (db: DatabaseSync, file: string) => Found>> = {
  disk: (_, file) => readFree(file),
  schema: compareSchema,
  contents: selectText(selectCounts),
  "newest write": selectText(selectNewest),
  // The slowest: it reads the whole file.
  integrity: checkIntegrity,
};

await runProgram(async () => {
  const { values } = readOptions(usage, { options: { state: { type: "string", default: defaultState } } });
  const file = findDatabaseFile(fromCaller(values.state));
  if (!existsSync(file) || statSync(file).size === 0)
    throw new Error(`${file} is ${existsSync(file) ? "empty" : "not there"}: ${localDatabaseSection}`);
  process.stdout.write(`${file}\n`);
  const db = new DatabaseSync(file, { readOnly: true });
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    const run = () => explainFailure(file, async () => check(db, file));
    const { text, isSound = true } = await run().catch((error) => ({ text: describeError(error), isSound: false }));
    if (!isSound) failed += 1;
    process.stdout.write(`${isSound ? "ok    " : "FAILED"} ${name}: ${text}\n`);
  }
  if (failed > 0) process.stdout.write(`what to do: ${localDatabaseSection}\n`);
  return failed > 0 ? 1 : 0;
});
