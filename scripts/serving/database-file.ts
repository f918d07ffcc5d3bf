import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";

/** Miniflare's Durable Object for D1. */
const uniqueKey = "miniflare-D1DatabaseObject";

/** Computes workerd's id of an object, which is also the name of its file. */
function computeObjectId(name: string): string {
  const key = createHash("sha256").update(uniqueKey).digest();
  const hmac = (text: string | Buffer) => createHmac("sha256", key).update(text).digest().subarray(0, 16);
  const named = hmac(name);
  return Buffer.concat([named, hmac(named)]).toString("hex");
}

/** Returns the SQLite file of a D1 database under a state folder. */
export const findDatabaseFile = (state: string, databaseId: string): string =>
  join(state, "v3/d1", uniqueKey, `${computeObjectId(databaseId)}.sqlite`);
