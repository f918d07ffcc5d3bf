import type { Context, MiddlewareHandler } from "hono";
import type { Caller } from "../caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { databaseFor } from "../db/client.ts";
import { findOperation } from "../http/operation.ts";
import { neededWords } from "../operations.ts";
import { assertCovered, isLimited, type KeyLimits } from "../scope.ts";
import { findCache } from "./credential-cache.ts";
import { identifyCaller } from "./identify.ts";

/**
 * Checks that the key which signed may run the request's operation. The authority of each statement demands that the key
 * still has the limits that were checked here. docs/contract.md#scopes
 *
 * @throws {CloudApiError} NotAuthorized
 */
export const checkScope: MiddlewareHandler<AppEnv> = async (c, next) => {
  await checkKeyScope(c);
  return await next();
};

/**
 * Runs the operation's own check of the key's limits: now, and again whenever the caller is replaced.
 *
 * @param assertAllowed throws if a key with these limits may not do it
 * @throws {CloudApiError} as `assertAllowed`
 */
export async function checkLimits(c: Context<AppEnv>, assertAllowed: (limits: KeyLimits) => void): Promise<void> {
  c.set("limitsCheck", assertAllowed);
  await checkKeyScope(c);
}

/** An unconfirmed caller is not refused before the primary has identified it: its key may have other limits by now. */
async function checkKeyScope(c: Context<AppEnv>): Promise<void> {
  try {
    return await assertInScope(c, requireSet(c, "caller"));
  } catch (error) {
    if (!c.get("isCallerUnconfirmed")) throw error;
  }
  await replaceCaller(c);
}

/** Identifies the caller anew, on the primary. @throws {CloudApiError} as `identifyCaller` */
export function identifyAnew(c: Context<AppEnv>): Promise<Caller> {
  const cache = findCache(c.env.DB, readConfiguration(c.env).credentialCache);
  const identification = { signed: requireSet(c, "signed"), names: requireSet(c, "caller"), cache };
  return identifyCaller(databaseFor(c.env.DB, c.get("meter")), identification);
}

/** Replaces a caller that was found in the cache or on a replica by the one that the primary has. @throws {CloudApiError} as `identifyCaller`; NotAuthorized */
export async function replaceCaller(c: Context<AppEnv>): Promise<Caller> {
  const caller = await identifyAnew(c);
  c.set("caller", caller);
  c.set("isCallerUnconfirmed", false);
  await assertInScope(c, caller);
  return caller;
}

/** Checks that the caller's key may do what the request asks for, as far as that was read. @throws {CloudApiError} NotAuthorized */
export async function assertInScope(c: Context<AppEnv>, caller: Caller): Promise<void> {
  if (!isLimited(caller)) return;
  const operation = await findOperation(c);
  // The path is canonical, and a route of an image has its id in this place. An id that is no UUID is in no scope.
  const imageId = c.req.path.split("/")[3];
  for (const anyOf of operation ? neededWords[operation] : []) assertCovered(caller, anyOf, imageId);
  c.get("limitsCheck")?.(caller);
}
