import { HonoBase } from "hono/hono-base";
import { TrieRouter } from "hono/router/trie-router";
import { getAccount, listDatacenters, updateAccount } from "./accounts/account.ts";
import { createKey, deleteKey, getKey, listKeys } from "./accounts/keys.ts";
import { authenticate, checkBodyDigests, confirmCallerAfterwards, readAuthorization } from "./caller/authenticate.ts";
import { checkScope } from "./caller/scope.ts";
import type { AppEnv } from "./context.ts";
import { readBody } from "./http/body.ts";
import { health, ping } from "./http/health.ts";
import { checkRoute, welcomeBrowser } from "./http/known-route.ts";
import { limitAccount, limitAddress, refuseWrites } from "./http/limits.ts";
import { checkAccept, negotiateVersion } from "./http/negotiate.ts";
import { onError } from "./http/on-error.ts";
import { byAction } from "./http/operation.ts";
import { logRequest } from "./http/request-log.ts";
import { answerPreflight, setResponseHeaders } from "./http/response-headers.ts";
import { addImageAcl, readAclParameters, removeImageAcl } from "./images/acl.ts";
import { cloneImage } from "./images/clone-image.ts";
import { deleteImage } from "./images/delete-image.ts";
import { getImage } from "./images/get-image.ts";
import { imageAudit } from "./images/image-audit.ts";
import { readImagePath } from "./images/image-request.ts";
import { listChanges } from "./images/list-changes.ts";
import { listImages } from "./images/list-images.ts";
import { revertImage } from "./images/revert-image.ts";
import {
  addImageTags,
  deleteImageTag,
  deleteImageTags,
  getImageTag,
  listImageTags,
  replaceImageTags,
} from "./images/tags.ts";
import { updateImage } from "./images/update-image.ts";
import { canonicalizePath } from "./syntax/raw-target.ts";

/** Hono with the only one of its routers that takes our paths. By default the Worker has all of them, and tries the others first. */
const makeRoutes = () => new HonoBase<AppEnv>({ router: new TrieRouter(), getPath: canonicalizePath });

/** The account and its keys, in the documentation's order. */
const accountRoutes = makeRoutes()
  .get("/:login", ...getAccount)
  .post("/:login", ...updateAccount)
  .get("/:login/keys", ...listKeys)
  .get("/:login/keys/:key", ...getKey)
  .post("/:login/keys", ...createKey)
  .delete("/:login/keys/:key", ...deleteKey)
  .get("/:login/datacenters", ...listDatacenters);

/** The images, in the documentation's order. */
const imageRoutes = makeRoutes()
  .get("/:login/images", ...listImages)
  // Also for `/:login/images/:id`: the `*` takes an empty rest.
  .use("/:login/images/:id/*", readImagePath)
  .get("/:login/images/:id", ...getImage)
  .post("/:login/images/:id", byAction({ update: updateImage, clone: cloneImage, revert: revertImage }))
  .delete("/:login/images/:id", ...deleteImage)
  .get("/:login/images/:id/audit", ...imageAudit)
  .get("/:login/changes", ...listChanges)
  .post("/:login/images/:id/acl", byAction({ add: addImageAcl, remove: removeImageAcl }, readAclParameters))
  .get("/:login/images/:id/tags", ...listImageTags)
  .post("/:login/images/:id/tags", ...addImageTags)
  .put("/:login/images/:id/tags", ...replaceImageTags)
  .delete("/:login/images/:id/tags", ...deleteImageTags)
  .get("/:login/images/:id/tags/:tag", ...getImageTag)
  .delete("/:login/images/:id/tags/:tag", ...deleteImageTag);

/**
 * The whole service: the steps of every request, then the routes. Of a signed request, `authenticate` is the first step that may ask the
 * database: digests, If-Match, Idempotency-Key and the fields are checked after it. docs/contract.md#order-of-checks
 */
export const app: HonoBase<AppEnv> = makeRoutes()
  .use(logRequest, setResponseHeaders, answerPreflight, welcomeBrowser)
  .use(
    checkRoute(() => app),
    negotiateVersion,
    checkAccept,
  )
  .get("/--ping", ping)
  .get("/--health", health)
  .use(
    "/:login/*",
    readAuthorization,
    limitAddress,
    refuseWrites,
    readBody,
    authenticate,
    confirmCallerAfterwards,
    limitAccount,
    checkScope,
    checkBodyDigests,
  )
  .route("/", accountRoutes)
  .route("/", imageRoutes)
  .onError(onError);
