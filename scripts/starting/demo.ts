import { createHash, createPrivateKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readProvision } from "../provisioning/entries.ts";
import { load } from "../provisioning/load.ts";
import type { SqlDatabase } from "../provisioning/sql-database.ts";
import { toSshWire } from "./ssh-wire.ts";

/** The published example's image, and an account with the owner's UUID of that page. `published-updateimage.txt` */
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
 * The demo key of a home folder, made when there is none: RSA in PEM, which openssl, triton and smartdc all read.
 * They look for keys in `$HOME/.ssh` alone.
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

/** The key of the demo's console, and its 32 bytes in base64url, which fit into an address. */
export type ConsoleKey = DemoKey & { seed: string };

/** Made when there is none; beside `.ssh`, because smartdc misreads about half of all Ed25519 keys that it finds there. */
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
  const { type, wire } = toSshWire(pem);
  const fingerprint = createHash("md5")
    .update(wire)
    .digest("hex")
    .replace(/..(?=.)/g, "$&:");
  const sha256 = createHash("sha256").update(wire).digest("base64");
  return {
    file,
    line: `${type} ${wire.toString("base64")} ${comment}`,
    fingerprint,
    fingerprintSha256: `SHA256:${sha256.replace(/=+$/, "")}`,
  };
}

/**
 * Provisions the demo account and image where the database is empty. Where it has the demo account already, only the keys
 * are added: the home folder may be a new one, and all else is the user's.
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

/** Adds the key, named by its fingerprint, unless the account has it. */
async function addKey(db: SqlDatabase, { line, fingerprint, fingerprintSha256 }: DemoKey): Promise<void> {
  await db
    .prepare(
      "INSERT INTO keys (account, name, fingerprint, fingerprintSha256, key) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(demo.account, fingerprint, fingerprint, fingerprintSha256, line)
    .all();
}
