import { env } from "cloudflare:workers";

/** What provisioning writes of every table, in the order of its key. */
export async function stored() {
  const tables = [
    "SELECT * FROM accounts ORDER BY uuid",
    "SELECT account, name, fingerprint, fingerprintSha256, key FROM keys ORDER BY account, name",
    "SELECT * FROM images ORDER BY uuid",
    "SELECT * FROM image_acl ORDER BY image, account",
  ];
  const pages = await env.DB.batch<Record<string, unknown>>(tables.map((sql) => env.DB.prepare(sql)));
  const [accounts, keys, images, imageAcl] = pages.map(({ results }) => results);
  return { accounts, keys, images, imageAcl };
}

/** Deletes every row. */
export async function emptyDatabase(): Promise<void> {
  await env.DB.batch(
    ["keys", "accounts", "images", "image_acl"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
}
