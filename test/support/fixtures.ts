import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import fixtures from "../data/fixtures.json";
import { withKinds } from "./provision-files.ts";

/** The account that owns conformance's images; `fixtures.json` gives it the keys rsa, ecdsa and ed25519. */
export const bob = { uuid: "47034e57-42d1-0342-b302-00db733e8c8a", login: "bob" };

/** An account that owns some of them too, without a key. */
export const mallory = { uuid: "11111111-1111-4111-8111-111111111111", login: "mallory" };

/** An account that conformance does not have. */
export const carol = { uuid: "22222222-2222-4222-8222-222222222222", login: "carol" };

/** Loads a provision file as `npm run provision` does: by default conformance's own. */
export async function provision(db: D1Database, file: unknown = fixtures): Promise<void> {
  await load(db, await readProvision(JSON.stringify(withKinds(file))));
}

/** Deletes every image, key and account, and the record of every write of an account. */
export async function clear(db: D1Database): Promise<void> {
  await db.batch(
    ["images", "keys", "limited_keys", "accounts", "account_writes", "account_history"].map((table) =>
      db.prepare(`DELETE FROM ${table}`),
    ),
  );
}
