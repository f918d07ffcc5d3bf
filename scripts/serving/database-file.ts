import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";
import { readSettings } from "./settings.ts";

/** Miniflare's Durable Object for D1. */
export const uniqueKey = "miniflare-D1DatabaseObject";

/** Returns the SQLite file of the database under a state folder: workerd names it after the id of its object. */
export function findDatabaseFile(state: string): string {
  const key = createHash("sha256").update(uniqueKey).digest();
  const hmac = (text: string | Buffer) => createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const named = hmac(readSettings().d1_databases[0].database_id);
  const id = Buffer.concat([named, hmac(named)]).toString("hex");
  return join(state, "v3/d1", uniqueKey, `${id}.sqlite`);
}
