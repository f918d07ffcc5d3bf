import type { Context, MiddlewareHandler } from "hono";
import { findSigner, type Signer } from "../db/accounts.ts";
import { connect, type Database } from "../db/client.ts";
import { type AppEnv, type Configuration, configuration } from "../env.ts";
import { CredentialCache } from "./credentials.ts";
import { parseKeyId } from "./key-id.ts";
import { accountDisabled, invalidCredentials, notYourAccount, unknownAccount } from "./refusal.ts";
import { genuineKey, isRememberedKeys, type SentSignature } from "./verify.ts";

/** Who asks, and by what the request named them. */
export type Caller = {
  /** UUID of the account acted as. */
  account: string;
  /** UUID of the account that signed. */
  signer: string;
  /** SHA256 fingerprint of the key that signed. */
  fingerprintSha256: string;
} & Asked;

/** What keyId and path name the caller by. */
type Asked = {
  /** The keyId's login, or UUID. */
  login: string;
  /** The keyId's key: a name or a fingerprint. */
  keyOfId: string;
  /** The path's login, or UUID; the keyId's for `my`. */
  path: string;
};

/**
 * Verifies the signature and answers who asks: by what this isolate remembers of keyId and path, else by one read that
 * finds login, key and the path's account.
 *
 * A remembered caller saves that read only where another statement asks for the authority: an answer that came without
 * one, a refusal of the body as well, is given after the credentials were confirmed.
 *
 * @throws {CloudApiError} InvalidCredentials for every credential that is not genuine; then NotAuthorized when the
 * account is disabled or the path is another's; ResourceNotFound when the path's account does not exist
 */
export const authenticate: MiddlewareHandler<AppEnv, "/:login/*"> = async (c, next) => {
  const startedAt = performance.now();
  const remembered = await rememberedCaller(c, askedFor(c, c.req.param("login")));
  c.set("isRemembered", remembered !== undefined);
  c.set("caller", remembered ?? (await identifiedCaller(c, askedFor(c, c.req.param("login")))));
  c.set("authMilliseconds", performance.now() - startedAt);
  await next();
  if (!remembered || c.get("meter").calls > 0) return;
  const answer = c.res;
  // Else Hono puts this answer's headers on the refusal that may take its place.
  c.res = undefined;
  await identifiedCaller(c, remembered);
  c.res = answer;
};

/**
 * Runs an operation's trip as the caller. Where its authority has gone since it was remembered, asks the database who
 * asks now, as if nothing had been remembered, and runs it again.
 *
 * @param trip its statements tell `hasAuthority`
 * @throws {CloudApiError} as `authenticate`
 */
export async function asCaller<Outcome extends { hasAuthority: boolean }>(
  c: Context<AppEnv>,
  trip: (db: Database, caller: Caller) => Promise<Outcome>,
): Promise<Outcome> {
  const db = connect(c.env.DB, c.get("meter"));
  const outcome = await trip(db, c.get("caller"));
  if (outcome.hasAuthority || !c.get("isRemembered")) return outcome;
  c.set("caller", await identifiedCaller(c, c.get("caller")));
  c.set("isRemembered", false);
  return await trip(db, c.get("caller"));
}

/** @throws {CloudApiError} InvalidCredentials: the keyId has another shape, or names a sub-user, which nobody has here */
function askedFor(c: Context<AppEnv>, path: string): Asked {
  const keyId = parseKeyId(c.get("signed").header.keyId);
  if (!keyId || keyId.subUser !== undefined) throw invalidCredentials();
  return { login: keyId.login, keyOfId: keyId.key, path: path === "my" ? keyId.login : path };
}

function sentSignature(c: Context<AppEnv>): SentSignature {
  const { header, texts } = c.get("signed");
  return { algorithm: header.algorithm, signature: header.signature, texts };
}

/** One for each database, as long as its binding lives; bounded by the configuration that it was first used with. */
const caches = new WeakMap<D1Database, CredentialCache>();

function cacheOf(binding: D1Database, { credentialCache }: Configuration): CredentialCache | undefined {
  if (credentialCache.maxEntries === 0 || credentialCache.maxAgeMs === 0) return undefined;
  const cache = caches.get(binding) ?? new CredentialCache(credentialCache);
  caches.set(binding, cache);
  return cache;
}

/** The names that an entry is found by: what it was verified for. */
const entryName = (c: Context<AppEnv>, { path }: Asked): string => {
  const { keyId, algorithm } = c.get("signed").header;
  return JSON.stringify([keyId, algorithm.name, path]);
};

/** The caller as this isolate remembers it, when the signature is the remembered key's. */
async function rememberedCaller(c: Context<AppEnv>, asked: Asked): Promise<Caller | undefined> {
  const cache = cacheOf(c.env.DB, configuration(c.env));
  if (!cache) return undefined;
  const credentials = cache.get(entryName(c, asked), Date.now());
  return (await isRememberedKeys(credentials?.key, sentSignature(c))) ? credentials?.caller : undefined;
}

/** The caller as the database has it now, remembered from here on. @throws {CloudApiError} as `authenticate` */
async function identifiedCaller(c: Context<AppEnv>, { login, keyOfId, path }: Asked): Promise<Caller> {
  const asked = { login, keyOfId, path };
  const cache = cacheOf(c.env.DB, configuration(c.env));
  cache?.delete(entryName(c, asked));
  const signer = await findSigner(connect(c.env.DB, c.get("meter")), { login, key: keyOfId, path });
  const key = await genuineKey(signer?.key, sentSignature(c));
  if (!signer || !key) throw invalidCredentials();
  const caller = callerFor(signer, asked);
  cache?.set(entryName(c, asked), { caller, key }, Date.now());
  return caller;
}

/** A genuine signer as the caller on a path's account. */
function callerFor(signer: Signer, asked: Asked): Caller {
  if (signer.disabled) throw accountDisabled();
  if (signer.target === null) throw unknownAccount(asked.path);
  if (signer.target !== signer.account && !signer.operator) throw notYourAccount(asked.path);
  return { account: signer.target, signer: signer.account, fingerprintSha256: signer.fingerprintSha256, ...asked };
}
