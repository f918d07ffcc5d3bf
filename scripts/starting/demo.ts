import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readProvision } from "../provisioning/entries.ts";
import { load } from "../provisioning/load.ts";
import type { SqlDatabase } from "../provisioning/sql-database.ts";
import { formatPublicLine } from "./ssh-wire.ts";

/** The image of CloudAPI's published UpdateImage example, and an account with its owner's UUID. */
export const demo = {
  login: "demo",
  account: "47034e57-42d1-0342-b302-00db733e8c8a",
  image: "eca995fe-b904-11e3-b05a-83a4899322dc",
} as const;

const manifest = {
  v: 2,
  uuid: demo.image,
  owner: demo.account,
  name: "my-image",
  version: "1.0.0",
  os: "smartos",
  type: "zone-dataset",
  published_at: "2013-11-25T17:44:54Z",
  public: true,
  state: "active",
};

/**
 * Reads the demo's throwaway key in a home folder, or makes it: RSA in PEM, which openssl, triton and smartdc all read. They
 * look for keys in `$HOME/.ssh` alone.
 *
 * @returns its file, and its OpenSSH line
 */
export function readDemoKey(home: string): { file: string; line: string } {
  const file = join(home, ".ssh/id_rsa");
  const pem = readOrMake(file, () =>
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }),
  );
  const line = formatPublicLine(pem, demo.login);
  writeFileSync(`${file}.pub`, `${line}\n`);
  return { file, line };
}

/**
 * Reads the throwaway key of the demo's console, or makes it. It is not in `.ssh`, because smartdc misreads about half of all
 * Ed25519 keys there.
 *
 * @returns its OpenSSH line, and its 32 bytes in base64url, short enough for a URL
 */
function readConsoleKey(home: string): { line: string; seed: string } {
  const pem = readOrMake(join(home, "console_ed25519"), () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
  );
  const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
  return { line: formatPublicLine(pem, "console"), seed: d };
}

function readOrMake(file: string, make: () => string | Buffer): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, make(), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

/** What the demo's commands sign with: the file of the key, its MD5 fingerprint, and the seed of the console's. */
export type DemoKeys = { file: string; fingerprint: string; seed: string };

const selectDemo = `SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM images) AS n,
  (SELECT login FROM accounts WHERE uuid = ?) AS login`;

/** Adds the keys that the account does not have, with a scope or without, each named by its fingerprint. A write_id says not to fail then. */
const insertKeys = `INSERT INTO keys (account, name, fingerprint, fingerprintSha256, key, write_id)
  SELECT ?, value ->> 'fingerprint', value ->> 'fingerprint', value ->> 'fingerprintSha256', value ->> 'key', 'npm start'
  FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`;

/**
 * Provisions the demo account and image if the database is empty. If it has the demo account, adds only the keys: the home
 * folder may be new, and everything else is the user's.
 *
 * @returns the keys, if the demo's commands will work
 */
export async function provisionDemo(db: SqlDatabase, home: string): Promise<DemoKeys | undefined> {
  const { results } = await db.prepare(selectDemo).bind(demo.account).all<{ n: number; login: string | null }>();
  const hasDemo = results[0]?.login === demo.login;
  if (!hasDemo && results[0]?.n !== 0) return undefined;
  const [{ file, line }, forConsole] = [readDemoKey(home), readConsoleKey(home)];
  const account = { uuid: demo.account, login: demo.login, keys: [line, forConsole.line] };
  const provision = await readProvision(JSON.stringify({ accounts: [account], images: [manifest] }));
  const keys = provision.accounts[0]?.keys ?? [];
  if (hasDemo) await db.prepare(insertKeys).bind(demo.account, JSON.stringify(keys)).all();
  else await load(db, provision);
  return { file, fingerprint: keys[0]?.fingerprint ?? "", seed: forConsole.seed };
}
