import { type Context, Hono, type MiddlewareHandler } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../auth/authenticate.ts";
import { cloneImage } from "../db/image-clone.ts";
import { getHistory } from "../db/image-history.ts";
import { listImages } from "../db/image-list.ts";
import { removeImage } from "../db/image-removal.ts";
import { getImage, updateImage } from "../db/images.ts";
import { type AppEnv, configuration } from "../env.ts";
import { answerJson, noContent, notModified } from "../http/answer.ts";
import { byAction } from "../http/by-action.ts";
import { operation } from "../http/operation.ts";
import { queryParameters } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import {
  auditedRevisions,
  clonedImage,
  listedImages,
  removedImage,
  updatedImage,
  visibleImage,
  type Written,
} from "./access.ts";
import { auditJson, auditPage } from "./audit.ts";
import { imageChange } from "./change.ts";
import { listFilters } from "./filters.ts";
import { imageJson } from "./json.ts";
import { checkMatch, entityTag, isKnown, preconditions } from "./preconditions.ts";
import { updateImageSchema } from "./schemas.ts";
import { requestedWrite } from "./write.ts";

const factory = createFactory<AppEnv, "/:login/images/:id">();

/** ListImages, and HeadImages. */
const listImagesHandlers = factory.createHandlers(operation("ListImages"), async (c) => {
  const { maxList } = configuration(c.env);
  const filters = listFilters(queryParameters(c), { release: c.get("release"), maxList });
  // One more than may be answered tells a list that is too long from one that just fits.
  const limit = filters.limit ?? maxList + 1;
  const listed = await asCaller(c, (db, caller) => listImages(db, { caller, filters, limit }));
  const images = listedImages(listed, { account: c.get("caller").account, filters, maxList });
  const release = c.get("release");
  return answerJson(
    c,
    images.map((image) => imageJson(image, release)),
  );
});

/** The image of the path, for the log. An id of another shape than a UUID is of no image, so it needs no check. */
const imageOfPath: MiddlewareHandler<AppEnv, "/:login/images/:id"> = (c, next) => {
  c.set("image", c.req.param("id"));
  return next();
};

/** On which revisions the request is to act. @throws {CloudApiError} InvalidHeader */
const readPreconditions: MiddlewareHandler<AppEnv> = (c, next) => {
  const sent = { ifMatch: c.req.header("If-Match"), ifNoneMatch: c.req.header("If-None-Match") };
  c.set("preconditions", preconditions(sent, c.get("release")));
  return next();
};

/** GetImage, and HeadImage: HEAD is answered from GET. */
const getImageHandlers = factory.createHandlers(operation("GetImage"), async (c) => {
  const [uuid, release, preconditions] = [c.get("image"), c.get("release"), c.get("preconditions")];
  const seen = await asCaller(c, (db, caller) => getImage(db, { image: uuid, ...caller }));
  const image = visibleImage(seen, c.get("caller").account);
  const { revision } = image;
  checkMatch(preconditions, { revision, release });
  const headers = { ETag: entityTag(revision, release) };
  return isKnown(preconditions, revision)
    ? notModified(headers)
    : answerJson(c, imageJson(image, release), { headers });
});

const updateImageHandlers = factory.createHandlers(
  operation("UpdateImage"),
  validate("image", updateImageSchema),
  async (c) => {
    const [image, release] = [c.get("image"), c.get("release")];
    const change = imageChange(c.req.valid("query"));
    const outcome = await asCaller(c, async (db, caller) =>
      updateImage(db, { image, change, write: await requestedWrite(c, caller, change) }),
    );
    const written = updatedImage(outcome, { release, change });
    c.set("changedFields", written.changedFields);
    const headers = { "Changed-Fields": written.changedFields.join(", ") };
    return answerImage(c, written, headers);
  },
);

/** DeleteImage: the image is destroyed, and 404 from then on. */
const deleteImageHandlers = factory.createHandlers(operation("DeleteImage"), async (c) => {
  const [image, release] = [c.get("image"), c.get("release")];
  const outcome = await asCaller(c, async (db, caller) =>
    removeImage(db, { image, write: await requestedWrite(c, caller) }),
  );
  return noContent(replayedHeader(removedImage(outcome, release)));
});

/** CloneImage: a private copy of an image that is shared by acl; its origin stays (ours: there are no files here). */
const cloneImageHandlers = factory.createHandlers(operation("CloneImage"), async (c) => {
  const [image, release] = [c.get("image"), c.get("release")];
  const outcome = await asCaller(c, async (db, caller) =>
    cloneImage(db, { image, write: await requestedWrite(c, caller) }),
  );
  return answerImage(c, clonedImage(outcome, release));
});

/** The image as a write left it. */
function answerImage(c: Context<AppEnv>, written: Written, more: Record<string, string> = {}): Promise<Response> {
  const { image } = written;
  const release = c.get("release");
  const headers = { ETag: entityTag(image.revision, release), ...replayedHeader(written), ...more };
  return answerJson(c, imageJson(image, release), { headers });
}

/** Says that the answer is that of an earlier request with the same Idempotency-Key. */
const replayedHeader = ({ isReplayed }: Written): Record<string, string> =>
  isReplayed ? { "Idempotent-Replayed": "true" } : {};

/** ImageAudit: who changed what and when, the newest first; for the owner and operators. After CloudAPI's MachineAudit. */
const imageAuditHandlers = factory.createHandlers(operation("ImageAudit"), async (c) => {
  const [image, release] = [c.get("image"), c.get("release")];
  const page = auditPage(queryParameters(c));
  const { historyRevisions: keepRevisions } = configuration(c.env);
  const history = await asCaller(c, (db, caller) => getHistory(db, { image, caller, page, keepRevisions }));
  const revisions = auditedRevisions(history, c.get("caller").account);
  const above = (history.image?.revision ?? 0) - keepRevisions;
  return answerJson(c, auditJson(revisions, { release, limit: page.limit, above }));
});

/** The image endpoints, one entry an operation, in the documentation's order. */
export const imageRoutes = new Hono<AppEnv>()
  .get("/:login/images", ...listImagesHandlers)
  .use("/:login/images/:id/*", imageOfPath, readPreconditions)
  .get("/:login/images/:id", ...getImageHandlers)
  .post("/:login/images/:id", byAction({ update: updateImageHandlers, clone: cloneImageHandlers }))
  .delete("/:login/images/:id", ...deleteImageHandlers)
  .get("/:login/images/:id/audit", ...imageAuditHandlers);
