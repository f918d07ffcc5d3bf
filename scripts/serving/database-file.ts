import { createHash, createHmac } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The Durable Object that Miniflare keeps every D1 in. */
const uniqueKey = "miniflare-D1DatabaseObject";

/** How workerd names the object of a name, and with it the file of the database. */
function computeObjectId(name: string): string {
  const key = createHash("sha256").update(uniqueKey).digest();
  const hmac = (text: string | Buffer) => createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const named = hmac(name);
  return Buffer.concat([named, hmac(named)]).toString("hex");
}

/** The SQLite file of a D1 database under a state folder. */
export const findDatabaseFile = (state: string, databaseId: string): string =>
  join(state, "v3/d1", uniqueKey, `${computeObjectId(databaseId)}.sqlite`);

/** Whether the database is there with every migration of a folder applied. Takes a few ms, and no wrangler. */
export function isMigrated(file: string, migrations: string): boolean {
  if (!existsSync(file)) return false;
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    if (!db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'd1_migrations'").get()) return false;
    const applied = new Set(
      db
        .prepare("SELECT name FROM d1_migrations")
        .all()
        .map((row) => String(row["name"])),
    );
    return readdirSync(migrations).every((name) => !name.endsWith(".sql") || applied.has(name));
  } finally {
    db.close();
  }
}
