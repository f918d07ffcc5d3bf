import { Hono } from "hono";
import { createKey } from "./accounts/create-key.ts";
import { deleteKey } from "./accounts/delete-key.ts";
import { getAccount } from "./accounts/get-account.ts";
import { getKey } from "./accounts/get-key.ts";
import { listDatacenters } from "./accounts/list-datacenters.ts";
import { listKeys } from "./accounts/list-keys.ts";
import { updateAccount } from "./accounts/update-account.ts";
import { authenticate } from "./caller/authenticate.ts";
import { checkBodyDigests } from "./caller/body-digests.ts";
import { readAuthorization } from "./caller/read-authorization.ts";
import type { AppEnv } from "./context.ts";
import { checkAccept } from "./http/accept.ts";
import { negotiateVersion } from "./http/api-version.ts";
import { readBody } from "./http/body.ts";
import { byAction } from "./http/by-action.ts";
import { health } from "./http/health.ts";
import { checkRoute } from "./http/known-route.ts";
import { onError } from "./http/on-error.ts";
import { ping } from "./http/ping.ts";
import { limitAccount, limitAddress } from "./http/rate-limit.ts";
import { refuseWrites } from "./http/read-only.ts";
import { logRequest } from "./http/request-log.ts";
import { answerPreflight, setResponseHeaders } from "./http/response-headers.ts";
import { addImageAcl } from "./images/add-acl.ts";
import { addImageTags } from "./images/add-tags.ts";
import { cloneImage } from "./images/clone-image.ts";
import { deleteImage } from "./images/delete-image.ts";
import { deleteImageTag, deleteImageTags } from "./images/delete-tags.ts";
import { getImage } from "./images/get-image.ts";
import { imageAudit } from "./images/image-audit.ts";
import { readImagePath } from "./images/image-path.ts";
import { listImages } from "./images/list-images.ts";
import { getImageTag, listImageTags } from "./images/list-tags.ts";
import { removeImageAcl } from "./images/remove-acl.ts";
import { replaceImageTags } from "./images/replace-tags.ts";
import { revertImage } from "./images/revert-image.ts";
import { updateImage } from "./images/update-image.ts";
import { canonicalizePath } from "./syntax/raw-target.ts";

/** The account and its keys, in the documentation's order. */
const accountRoutes = new Hono<AppEnv>()
  .get("/:login", ...getAccount)
  .post("/:login", ...updateAccount)
  .get("/:login/keys", ...listKeys)
  .get("/:login/keys/:key", ...getKey)
  .post("/:login/keys", ...createKey)
  .delete("/:login/keys/:key", ...deleteKey)
  .get("/:login/datacenters", ...listDatacenters)
  .get("/:login/images", ...listImages);

/** The images, in the documentation's order. */
const imageRoutes = new Hono<AppEnv>()
  .use("/:login/images/:id/*", readImagePath)
  .get("/:login/images/:id", ...getImage)
  .post("/:login/images/:id", byAction({ update: updateImage, clone: cloneImage, revert: revertImage }))
  .delete("/:login/images/:id", ...deleteImage)
  .get("/:login/images/:id/audit", ...imageAudit)
  .post("/:login/images/:id/acl", byAction({ add: addImageAcl, remove: removeImageAcl }))
  .get("/:login/images/:id/tags", ...listImageTags)
  .post("/:login/images/:id/tags", ...addImageTags)
  .put("/:login/images/:id/tags", ...replaceImageTags)
  .delete("/:login/images/:id/tags", ...deleteImageTags)
  .get("/:login/images/:id/tags/:tag", ...getImageTag)
  .delete("/:login/images/:id/tags/:tag", ...deleteImageTag);

/**
 * The whole service: the pipeline that every request takes, then the routes. Cheap and pure checks come first, D1 after
 * them. docs/contract.md#order-of-checks
 */
export const app: Hono<AppEnv> = new Hono<AppEnv>({ getPath: canonicalizePath })
  .use(logRequest, setResponseHeaders, answerPreflight)
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
    limitAccount,
    checkBodyDigests,
  )
  .route("/", accountRoutes)
  .route("/", imageRoutes)
  .onError(onError);
