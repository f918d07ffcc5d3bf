import { createFactory } from "hono/factory";
import type { AppEnv } from "../context.ts";
import { named } from "../http/named-operation.ts";
import { answerSeen } from "./get-image.ts";
import { parseTags, requireTag } from "./rules/tags.ts";

/** ListImageTags, for everyone who may see the image. docs/contract.md#tags */
export const listImageTags = createFactory<AppEnv, "/:login/images/:id/tags">().createHandlers(
  named("ListImageTags"),
  (c) => answerSeen(c, ({ tags }) => parseTags(tags)),
);

/** GetImageTag: the value alone. docs/contract.md#tags */
export const getImageTag = createFactory<AppEnv, "/:login/images/:id/tags/:tag">().createHandlers(
  named("GetImageTag"),
  (c) => answerSeen(c, ({ tags }) => requireTag(parseTags(tags), c.req.param("tag"))),
);
