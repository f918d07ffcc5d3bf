import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { getImage as readImage } from "../db/get-image.ts";
import { answerJson, answerNotModified } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { renderImage } from "./image-json.ts";
import { assertMatch, formatEntityTag, isKnown } from "./preconditions.ts";
import { requireVisible } from "./visibility.ts";

/** GetImage, and HeadImage: HEAD is answered from GET. docs/contract.md#image */
export const getImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(named("GetImage"), async (c) => {
  const release = c.get("release");
  const preconditions = requireSet(c, "preconditions");
  const found = await asCaller(c, (db, caller) => readImage(db, { ...caller, image: requireSet(c, "image") }));
  assertAuthority(found);
  const image = requireVisible(found.image, requireSet(c, "caller").account);
  const { revision } = image;
  assertMatch(preconditions, { revision, release });
  const headers = { ETag: formatEntityTag(revision, release) };
  return isKnown(preconditions, revision)
    ? answerNotModified(headers)
    : answerJson(c, renderImage(image, release), { headers });
});
