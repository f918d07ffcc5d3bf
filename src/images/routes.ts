import { Hono, type MiddlewareHandler } from "hono";
import { createFactory } from "hono/factory";
import { connect } from "../db/client.ts";
import { getImage, updateImage } from "../db/images.ts";
import type { AppEnv } from "../env.ts";
import { answerJson } from "../http/answer.ts";
import { byAction } from "../http/by-action.ts";
import { operation } from "../http/operation.ts";
import { validate } from "../http/validate.ts";
import { visibleImage, writtenImage } from "./access.ts";
import { imageChange } from "./change.ts";
import { imageJson } from "./json.ts";
import { updateImageSchema } from "./schemas.ts";

const factory = createFactory<AppEnv, "/:login/images/:id">();

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
    return answerJson(c, imageJson(writtenImage(outcome, caller.account), release));
  },
);

/** The image endpoints, one entry an operation, in the documentation's order. */
export const imageRoutes = new Hono<AppEnv>()
  .use("/:login/images/:id", imageOfPath)
  .get("/:login/images/:id", ...getImageHandlers)
  .post("/:login/images/:id", byAction({ update: updateImageHandlers }));
