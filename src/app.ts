import { Hono } from "hono";
import { accountRoutes } from "./accounts/routes.ts";
import { authenticate } from "./auth/authenticate.ts";
import { readAuthorization } from "./auth/authorization.ts";
import { bodyDigests } from "./auth/body-digests.ts";
import type { AppEnv } from "./env.ts";
import { notFound, onError } from "./errors.ts";
import { acceptsJson } from "./http/accept.ts";
import { apiVersion } from "./http/api-version.ts";
import { readBody } from "./http/body.ts";
import { knownRoute } from "./http/known-route.ts";
import { ping } from "./http/ping.ts";
import { canonicalPath } from "./http/raw-target.ts";
import { requestLog } from "./http/request-log.ts";
import { preflight, responseHeaders } from "./http/response-headers.ts";
import { imageRoutes } from "./images/routes.ts";

/** The whole service. The checks stand in the order of CONTRACT §9: cheap and pure first, D1 only after them. */
export const app: Hono<AppEnv> = new Hono<AppEnv>({ getPath: canonicalPath })
  .use(requestLog, responseHeaders, preflight)
  .use(
    knownRoute(() => app),
    apiVersion,
    acceptsJson,
  )
  .get("/--ping", ping)
  .use("/:login/*", readAuthorization, readBody, authenticate, bodyDigests)
  .route("/", accountRoutes)
  .route("/", imageRoutes)
  .onError(onError)
  .notFound(notFound);
