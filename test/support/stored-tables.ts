import { env } from "cloudflare:workers";

/** Reads what provisioning writes: every table, in the order of its key. */
export async function readTables() {
  const tables = [
    "SELECT uuid, login, email, companyName, firstName, lastName, address, postalCode, city, state, country, phone, triton_cns_enabled, operator, disabled, created, updated FROM accounts ORDER BY uuid",
    "SELECT account, name, fingerprint, fingerprintSha256, key FROM keys ORDER BY account, name",
    "SELECT uuid, name, version, os, type, requirements, image_size, description, files, tags, homepage, published_at, owner, public, state, eula, acl, origin, error, revision, write_id FROM images ORDER BY uuid",
    "SELECT * FROM image_acl ORDER BY image, account",
  ];
  const pages = await env.DB.batch<Record<string, unknown>>(tables.map((sql) => env.DB.prepare(sql)));
  const [accounts, keys, images, imageAcl] = pages.map(({ results }) => results);
  return { accounts, keys, images, imageAcl };
}

/** Wraps a database, and records the longest text that is bound: deployed, D1 refuses more than 2 MB. */
export function measureBinds(db: D1Database): { db: D1Database; longestBound: number } {
  const state = { db, longestBound: 0 };
  const wrapStatement = (statement: D1PreparedStatement): D1PreparedStatement =>
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
      if (property === "prepare") return (sql: string) => wrapStatement(target.prepare(sql));
      if (property === "batch") return target.batch.bind(target);
      throw new Error(`a load used D1's ${String(property)}`);
    },
  });
  return state;
}
