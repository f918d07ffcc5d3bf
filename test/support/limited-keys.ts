import { env } from "cloudflare:workers";
import type { KeyLimits } from "../../src/scope.ts";
import type { Answer } from "./answer.ts";
import { makeBindings, send, type TestRequest } from "./client.ts";
import { bob } from "./fixtures.ts";
import { computeFingerprint, formatPublicLine, type KeyName } from "./signer.ts";
import { wrapDatabase } from "./wrapped-database.ts";

/** Gives a key of an account, by default bob's ed25519, these limits in the database, as provisioning does. */
export async function limitKey(
  { scope = null, expires = null }: Partial<KeyLimits>,
  { key = "ed25519", account = bob.uuid }: { key?: KeyName; account?: string } = {},
): Promise<void> {
  const isLimited = scope !== null || expires !== null;
  const row = [account, key, computeFingerprint(key), computeFingerprint(key, "sha256"), formatPublicLine(key)];
  const columns = "account, name, fingerprint, fingerprintSha256, key";
  await env.DB.batch([
    ...["keys", "limited_keys"].map((table) =>
      env.DB.prepare(`DELETE FROM ${table} WHERE account = ? AND fingerprint = ?`).bind(
        account,
        computeFingerprint(key),
      ),
    ),
    isLimited
      ? env.DB.prepare(`INSERT INTO limited_keys (${columns}, scope, expires) VALUES (?, ?, ?, ?, ?, ?, ?)`).bind(
          ...[...row, scope, expires],
        )
      : env.DB.prepare(`INSERT INTO keys (${columns}) VALUES (?, ?, ?, ?, ?)`).bind(...row),
  ]);
}

/** A key as the service shows it, under its own name. */
export const showKey = (key: KeyName, limits: object = {}) => ({
  name: key,
  fingerprint: computeFingerprint(key),
  key: formatPublicLine(key),
  ...limits,
});

/** Sends a request, by default a GET, to an isolate of its own, unless the test brings one. */
export const sendCold = (request: TestRequest): Promise<Answer> =>
  send({ method: "GET", bindings: makeBindings({ DB: wrapDatabase(env.DB).db }), ...request });

/** The keys with limits that are stored, by name. */
export const readLimits = async () =>
  (await env.DB.prepare("SELECT name, scope, expires FROM limited_keys ORDER BY name").all()).results;

export const invalid = (message: string) => ({ status: 409, json: { code: "InvalidArgument", message } });

export const forbidden = (message: string) => ({ status: 403, json: { code: "NotAuthorized", message } });

export const unverified = {
  status: 401,
  json: {
    code: "InvalidCredentials",
    message: "Invalid Signature: the login, the key and the signature do not go together",
  },
};
