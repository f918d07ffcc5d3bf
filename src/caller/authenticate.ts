import type { Context, MiddlewareHandler } from "hono";
import type { Caller } from "../caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { databaseFor } from "../db/client.ts";
import { computeMd5, computeSha } from "../digest.ts";
import { CloudApiError, show } from "../errors.ts";
import { readsBody } from "../http/body.ts";
import { readDigests } from "../signature/body-digest.ts";
import { readSignedRequest } from "../signature/signed-request.ts";
import { readTarget } from "../syntax/raw-target.ts";
import { findCache } from "./credential-cache.ts";
import { findCachedCaller, findNearCaller, type Identification, identifyCaller, readCallerNames } from "./identify.ts";
import { isAnsweredByReplica, noteNearFailure, openNear } from "./near.ts";
import { assertInScope, identifyAnew } from "./scope.ts";

/** The steps from the Authorization header to the caller, in the order of app.ts. */

/**
 * Reads the Authorization header: its syntax, what it covers and when it was made. No I/O.
 *
 * @throws {CloudApiError} InvalidCredentials, InvalidHeader
 */
export const readAuthorization: MiddlewareHandler<AppEnv> = (c, next) => {
  const { method, url, headers } = c.req.raw;
  const signed = readSignedRequest({
    authorization: headers.get("Authorization") ?? undefined,
    request: { method, target: readTarget(url), headers },
    now: Date.now(),
    isRequestTargetRequired: readConfiguration(c.env).isRequestTargetRequired,
  });
  c.set("signed", signed);
  return next();
};

/**
 * Verifies the signature and sets the caller: from this isolate's cache; else from a replica, also for a write; else from the primary.
 * A database finds login, key and the path's account in one read. A caller from the cache or a replica is unconfirmed: what it reads
 * or writes, it reads and writes by statements that check its authority. docs/performance.md#near-reads
 *
 * @throws {CloudApiError} InvalidCredentials, NotAuthorized, ResourceNotFound as `identifyCaller`
 */
export const authenticate: MiddlewareHandler<AppEnv, "/:login/*"> = async (c, next) => {
  const startedAt = performance.now();
  const signed = requireSet(c, "signed");
  const names = readCallerNames(signed, c.req.param("login"));
  c.set("claimed", names);
  const identification = { signed, names, cache: findCache(c.env.DB, readConfiguration(c.env).credentialCache) };
  const found = (await findCachedCaller(identification)) ?? (await findNear(c, identification));
  c.set("isCallerUnconfirmed", found !== undefined);
  c.set("caller", found ?? (await identifyCaller(databaseFor(c.env.DB, c.get("meter")), identification)));
  c.set("authMilliseconds", performance.now() - startedAt);
  await next();
};

/** Finds the caller on a replica, whatever the request is. Undefined if the replica fails, or would refuse the caller. */
const findNear = async (c: Context<AppEnv>, identification: Identification): Promise<Caller | undefined> => {
  try {
    return await findNearCaller(openNear(c), identification);
  } catch (error) {
    noteNearFailure(c, error);
    return undefined;
  }
};

/**
 * Runs after the operation, for a caller from the cache or a replica. If the request ran no statement on the primary, because it was
 * refused for its body's digest, for example, the primary identifies the caller before the answer is sent. Not if a replica gave the
 * answer, nor if the request was throttled, which must cost no round trip.
 *
 * @throws {CloudApiError} as `authenticate`, in place of the answer
 */
export const confirmCallerAfterwards: MiddlewareHandler<AppEnv> = async (c, next) => {
  const isUnconfirmed = c.get("isCallerUnconfirmed");
  await next();
  if (
    !isUnconfirmed ||
    c.get("meter").calls > 0 ||
    isAnsweredByReplica(c) ||
    c.get("refusal")?.code === "RequestThrottled"
  )
    return;
  const answer = c.res;
  // If the answer stayed set, Hono would copy its headers onto a refusal that replaces it.
  c.res = undefined;
  await assertInScope(c, await identifyAnew(c));
  c.res = answer;
};

/** Compares the body with its Content-MD5, and with its signed digests. @throws {CloudApiError} BadDigest */
export const checkBodyDigests: MiddlewareHandler<AppEnv> = async (c, next) => {
  const body = requireSet(c, "body");
  const contentMd5 = c.req.header("Content-MD5");
  if (contentMd5 && readsBody(c.req.method) && contentMd5.trim() !== (await computeMd5(body))) {
    throw new CloudApiError("BadDigest", `Content-MD5 ${show(contentMd5)} is not the body's`);
  }
  for (const name of requireSet(c, "signed").digestNames) {
    const sent = c.req.header(name) ?? "";
    const digests = readDigests(name, sent);
    const shown = `${name.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())} ${show(sent)}`;
    if (digests.length === 0) throw new CloudApiError("BadDigest", `${shown} holds no SHA-256 and no SHA-512`);
    for (const { algorithm, base64 } of digests) {
      if (base64 === (await computeSha(algorithm, body))) continue;
      throw new CloudApiError("BadDigest", `${shown} does not hold the body's ${algorithm}`);
    }
  }
  await next();
};
