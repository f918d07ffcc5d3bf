import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readProvision } from "../provisioning/entries.ts";
import { load } from "../provisioning/load.ts";
import type { SqlDatabase } from "../provisioning/sql-database.ts";
import { computeFingerprint, formatPublicLine, toSshWire } from "./ssh-wire.ts";

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

/** A throwaway key of the demo: its file, its OpenSSH line, and its fingerprints (MD5 and SHA256). */
export type DemoKey = { file: string; line: string; fingerprint: string; fingerprintSha256: string };

/**
 * Reads the demo key of a home folder, or makes it: RSA in PEM, which openssl, triton and smartdc all read. They look for
 * keys in `$HOME/.ssh` alone.
 */
export function readDemoKey(home: string): DemoKey {
  const file = join(home, ".ssh/id_rsa");
  const pem = readOrMake(file, () =>
    generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }),
  );
  const key = describeKey(file, pem, demo.login);
  writeFileSync(`${file}.pub`, `${key.line}\n`);
  return key;
}

/** The key of the demo's console. `seed` is its 32 bytes in base64url, short enough for a URL. */
export type ConsoleKey = DemoKey & { seed: string };

/** Reads the console's key, or makes it. It is not in `.ssh`, because smartdc misreads about half of all Ed25519 keys there. */
export function readConsoleKey(home: string): ConsoleKey {
  const file = join(home, "console_ed25519");
  const pem = readOrMake(file, () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
  );
  const { d = "" } = createPrivateKey(pem).export({ format: "jwk" });
  return { ...describeKey(file, pem, "console"), seed: d };
}

function readOrMake(file: string, make: () => string | Buffer): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, make(), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

function describeKey(file: string, pem: string, comment: string): DemoKey {
  const wire = toSshWire(pem);
  const sha256 = createHash("sha256").update(wire).digest("base64").replace(/=+$/, "");
  const fingerprints = { fingerprint: computeFingerprint(wire), fingerprintSha256: `SHA256:${sha256}` };
  return { file, line: formatPublicLine(pem, comment), ...fingerprints };
}

/**
 * Provisions the demo account and image if the database is empty. If it has the demo account, adds only the keys: the home
 * folder may be new, and everything else is the user's.
 *
 * @returns whether the demo's commands will work
 */
export async function provisionDemo(db: SqlDatabase, keys: readonly DemoKey[]): Promise<boolean> {
  const { results } = await db
    .prepare(
      "SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM images) AS n, (SELECT login FROM accounts WHERE uuid = ?) AS login",
    )
    .bind(demo.account)
    .all<{ n: number; login: string | null }>();
  const [stored] = results;
  if (stored?.login === demo.login) {
    for (const key of keys) await addKey(db, key);
    return true;
  }
  if (stored?.n !== 0) return false;
  const accounts = [{ uuid: demo.account, login: demo.login, keys: keys.map(({ line }) => line) }];
  await load(db, await readProvision(JSON.stringify({ accounts, images: [manifest] })));
  return true;
}

/** Adds the key, named by its fingerprint, unless the account has it, with a scope or without: a write_id says not to fail then. */
async function addKey(db: SqlDatabase, { line, fingerprint, fingerprintSha256 }: DemoKey): Promise<void> {
  await db
    .prepare(
      "INSERT INTO keys (account, name, fingerprint, fingerprintSha256, key, write_id) VALUES (?, ?, ?, ?, ?, 'npm start') ON CONFLICT DO NOTHING",
    )
    .bind(demo.account, fingerprint, fingerprint, fingerprintSha256, line)
    .all();
}
