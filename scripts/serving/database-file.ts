import { createHash, createHmac } from "node:crypto";
import { join } from "node:path";

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
