import { env } from "cloudflare:workers";

/** What provisioning writes of every table, in the order of its key. */
export async function stored() {
  const tables = [
    "SELECT * FROM accounts ORDER BY uuid",
    "SELECT account, name, fingerprint, fingerprintSha256, key FROM keys ORDER BY account, name",
    "SELECT uuid, name, version, os, type, requirements, image_size, description, files, tags, homepage, published_at, owner, public, state, eula, acl, origin, error, revision, write_id FROM images ORDER BY uuid",
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

/** A database that records the length of the longest text that was bound: D1 takes 2 MB, its local twin any. */
export function measured(db: D1Database): { db: D1Database; longestBound: number } {
  const state = { db, longestBound: 0 };
  const recording = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get: (target, property) => {
        if (property !== "bind") throw new Error(`a load used a statement's ${String(property)} before it was bound`);
        return (...values: unknown[]) => {
          state.longestBound = Math.max(state.longestBound, ...values.map((value) => String(value).length));
          return target.bind(...values);
        };
      },
    });
  state.db = new Proxy(db, {
    get: (target, property) => {
      if (property === "prepare") return (sql: string) => recording(target.prepare(sql));
      if (property === "batch") return target.batch.bind(target);
      throw new Error(`a load used D1's ${String(property)}`);
    },
  });
  return state;
}
