import { Hono, type MiddlewareHandler } from "hono";
import { createFactory } from "hono/factory";
import { connect } from "../db/client.ts";
import { cloneImage } from "../db/image-clone.ts";
import { listImages } from "../db/image-list.ts";
import { removeImage } from "../db/image-removal.ts";
import { getImage, updateImage } from "../db/images.ts";
import { type AppEnv, configuration } from "../env.ts";
import { answerJson } from "../http/answer.ts";
import { byAction } from "../http/by-action.ts";
import { operation } from "../http/operation.ts";
import { queryParameters } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import { checkRemoved, clonedImage, listedImages, updatedImage, visibleImage } from "./access.ts";
import { imageChange } from "./change.ts";
import { listFilters } from "./filters.ts";
import { imageJson } from "./json.ts";
import { updateImageSchema } from "./schemas.ts";

const factory = createFactory<AppEnv, "/:login/images/:id">();

/** ListImages, and HeadImages. */
const listImagesHandlers = factory.createHandlers(operation("ListImages"), async (c) => {
  const { maxList } = configuration(c.env);
  const { account } = c.var.caller;
  const filters = listFilters(queryParameters(c.req.raw), { release: c.var.release, maxList });
  // One more than may be answered tells a list that is too long from one that just fits.
  const listed = await listImages(connect(c.env.DB, c.var.meter), {
    account,
    filters,
    limit: filters.limit ?? maxList + 1,
  });
  const images = listedImages(listed, { account, filters, maxList });
  return answerJson(
    c,
    images.map((image) => imageJson(image, c.var.release)),
  );
});

/** The image of the path, for the log. An id of another shape than a UUID is of no image, so it needs no check. */
const imageOfPath: MiddlewareHandler<AppEnv, "/:login/images/:id"> = (c, next) => {
  c.set("image", c.req.param("id"));
  return next();
};

/** GetImage, and HeadImage: HEAD is answered from GET. */
const getImageHandlers = factory.createHandlers(operation("GetImage"), async (c) => {
  const { account } = c.var.caller;
  const image = await getImage(connect(c.env.DB, c.var.meter), { image: c.var.image, account });
  return answerJson(c, imageJson(visibleImage(image, account), c.var.release));
});

const updateImageHandlers = factory.createHandlers(
  operation("UpdateImage"),
  validate("image", updateImageSchema),
  async (c) => {
    const { image, caller, release } = c.var;
    const update = c.req.valid("query");
    c.set("changedFields", Object.keys(update));
    const change = imageChange(update);
    const outcome = await updateImage(connect(c.env.DB, c.var.meter), { image, caller, change });
    return answerJson(c, imageJson(updatedImage(outcome, caller.account), release));
  },
);

/** DeleteImage: the image is destroyed, and 404 from then on. */
const deleteImageHandlers = factory.createHandlers(operation("DeleteImage"), async (c) => {
  const { image, caller, meter } = c.var;
  checkRemoved(await removeImage(connect(c.env.DB, meter), { image, caller }), caller.account);
  return c.body(null, 204);
});

/** CloneImage: a private copy of an image that is shared by acl; its origin stays (ours: there are no files here). */
const cloneImageHandlers = factory.createHandlers(operation("CloneImage"), async (c) => {
  const { image, caller, meter, release } = c.var;
  const outcome = await cloneImage(connect(c.env.DB, meter), { image, caller });
  return answerJson(c, imageJson(clonedImage(outcome, caller.account), release));
});

/** The image endpoints, one entry an operation, in the documentation's order. */
export const imageRoutes = new Hono<AppEnv>()
  .get("/:login/images", ...listImagesHandlers)
  .use("/:login/images/:id", imageOfPath)
  .get("/:login/images/:id", ...getImageHandlers)
  .post("/:login/images/:id", byAction({ update: updateImageHandlers, clone: cloneImageHandlers }))
  .delete("/:login/images/:id", ...deleteImageHandlers);
