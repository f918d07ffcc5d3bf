import type { MiddlewareHandler } from "hono";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { connect } from "../db/client.ts";
import { findCache } from "./credential-cache.ts";
import { findCachedCaller, identifyCaller, readCallerNames } from "./identify-caller.ts";

/**
 * Verifies the signature and sets the caller: from this isolate's cache, else by one read that finds login, key and the
 * path's account.
 *
 * A cached caller is confirmed by the operation's own statement. Where no statement ran, as for a refused body, the
 * credentials are confirmed before the answer leaves, but for a throttled request, which costs no round trip.
 * docs/performance.md#what-an-isolate-remembers
 *
 * @throws {CloudApiError} InvalidCredentials, NotAuthorized, ResourceNotFound as `identifyCaller`
 */
export const authenticate: MiddlewareHandler<AppEnv, "/:login/*"> = async (c, next) => {
  const startedAt = performance.now();
  const signed = requireSet(c, "signed");
  const names = readCallerNames(signed, c.req.param("login"));
  const identification = { signed, names, cache: findCache(c.env.DB, readConfiguration(c.env).credentialCache) };
  const db = connect(c.env.DB, c.get("meter"));
  const cached = await findCachedCaller(identification);
  c.set("isCallerCached", cached !== undefined);
  c.set("caller", cached ?? (await identifyCaller(db, identification)));
  c.set("authMilliseconds", performance.now() - startedAt);
  await next();
  if (!cached || c.get("meter").calls > 0 || c.get("refusal")?.code === "RequestThrottled") return;
  const answer = c.res;
  // Without this, Hono puts this answer's headers on the refusal that may replace it.
  c.res = undefined;
  await identifyCaller(db, identification);
  c.res = answer;
};
