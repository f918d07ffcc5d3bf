import type { Caller, CallerNames } from "../caller.ts";
import type { Database } from "../db/client.ts";
import { isLimited } from "../scope.ts";
import type { VerificationKey } from "../signature/import-key.ts";
import { readKeyReference } from "../signature/public-key.ts";
import {
  makeAccountDisabled,
  makeInvalidCredentials,
  makeNotYourAccount,
  makeUnknownAccount,
} from "../signature/refusals.ts";
import type { SignedRequest } from "../signature/signed-request.ts";
import { isSignedByCached, type SentSignature, verifySignature } from "../signature/verify.ts";
import type { CredentialCache } from "./credential-cache.ts";
import { findSigner, type Signer } from "./identify.sql.ts";

/** The key that signed, as `/login/keys/KEY`: KEY is a name or a fingerprint, the login may be a UUID. docs/contract.md#authentication */
type KeyId = { login: string; subUser: string | undefined; key: string };

const keyIdShape = /^\/([^/]+)\/(?:users\/([^/]+)\/)?keys\/(.+)$/;

/** Parses a keyId. Undefined if it has another shape. The base64 of a SHA256 fingerprint may hold `/`. */
function parseKeyId(keyId: string): KeyId | undefined {
  const [, login, subUser, key] = keyIdShape.exec(keyId) ?? [];
  return login && key ? { login, subUser, key: readKeyReference(key) } : undefined;
}

/** What identifies the sender of a request. */
export type Identification = {
  signed: SignedRequest;
  names: CallerNames;
  /** Undefined if the configuration turns the cache off. */
  cache: CredentialCache | undefined;
};

/**
 * Reads the names in keyId and path.
 *
 * @param pathLogin the login or UUID in the path, or `my`
 * @throws {CloudApiError} InvalidCredentials: the keyId has another shape, or names a sub-user, which do not exist here
 */
export function readCallerNames({ header }: SignedRequest, pathLogin: string): CallerNames {
  const keyId = parseKeyId(header.keyId);
  if (!keyId) throw makeInvalidCredentials("malformed keyId");
  if (keyId.subUser !== undefined) throw makeInvalidCredentials("sub-user");
  return { keyIdLogin: keyId.login, keyIdKey: keyId.key, pathLogin: pathLogin === "my" ? keyId.login : pathLogin };
}

const readSignature = ({ header, texts }: SignedRequest): SentSignature => ({
  algorithm: header.algorithm,
  signature: header.signature,
  texts,
});

/** Names the cache entry: one for each keyId, algorithm, and login or UUID in the path. */
const nameEntry = ({ signed: { header }, names }: Identification): string =>
  JSON.stringify([header.keyId, header.algorithm.name, names.pathLogin]);

/** Returns the caller from the cache, if the cached key made the signature. */
export async function findCachedCaller(identification: Identification): Promise<Caller | undefined> {
  const { signed, cache } = identification;
  if (!cache) return undefined;
  const credentials = cache.get(nameEntry(identification), Date.now());
  return (await isSignedByCached(credentials?.key, readSignature(signed))) ? credentials?.caller : undefined;
}

/** Finds the key that a keyId names, and verifies the signature with it, or with a decoy. One round trip. */
async function verifySigner(db: Database, { signed, names }: Identification) {
  const signer = await findSigner(db, names);
  return { signer, verification: await verifySignature(signer.key?.key, readSignature(signed)) };
}

/** Makes the caller from a verified signer, and caches it. @throws {CloudApiError} as `makeCaller` */
function admit(identification: Identification, signer: Signer, key: VerificationKey): Caller {
  const caller = makeCaller(signer, identification.names);
  identification.cache?.set(nameEntry(identification), { caller, key }, Date.now());
  return caller;
}

/**
 * Reads the caller from the database, and caches it. One round trip.
 *
 * @throws {CloudApiError} InvalidCredentials for all credentials that do not verify; then NotAuthorized when the account is
 * disabled or the path is another's; ResourceNotFound when the path's account does not exist
 */
export async function identifyCaller(db: Database, identification: Identification): Promise<Caller> {
  const { signer, verification } = await verifySigner(db, identification);
  // Deletes the entry in two cases: the key is gone, or the signature verified, and `admit` then makes a new entry. A wrong signature
  // leaves it as it is: anyone can send one under another's keyId.
  if (signer.key === null || !("refused" in verification)) identification.cache?.delete(nameEntry(identification));
  if ("refused" in verification) {
    throw makeInvalidCredentials(signer.account === null ? "unknown login" : verification.refused);
  }
  return admit(identification, signer, verification.key);
}

/**
 * Reads the caller from a replica, and caches it. One round trip. The replica may be behind: after undefined and after an error, ask
 * the primary.
 *
 * @returns undefined if the replica has no such key, or that key did not make the signature
 * @throws {CloudApiError} as `identifyCaller`, if the key has expired there, the account is disabled, or the path's account is unknown
 * or another's
 */
export async function findNearCaller(near: Database, identification: Identification): Promise<Caller | undefined> {
  const { signer, verification } = await verifySigner(near, identification);
  return "refused" in verification ? undefined : admit(identification, signer, verification.key);
}

/** Makes the caller from a verified signer and the path's account. @throws {CloudApiError} as `identifyCaller` */
function makeCaller({ account, key, target }: Signer, { keyIdLogin, keyIdKey, pathLogin }: CallerNames): Caller {
  if (!account || !key) throw makeInvalidCredentials("unknown key");
  if (key.hasEnded) throw makeInvalidCredentials("expired key");
  if (account.disabled) throw makeAccountDisabled();
  if (target === null) throw makeUnknownAccount(pathLogin);
  const { fingerprintSha256, scope, expires } = key;
  const isOwn = target === account.uuid;
  if (!isOwn && (!account.operator || isLimited(key))) throw makeNotYourAccount(pathLogin);
  return { account: target, signer: account.uuid, fingerprintSha256, scope, expires, keyIdLogin, keyIdKey, pathLogin };
}
