import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerJson, answerNotModified } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQueryLeniently } from "../http/parameters.ts";
import { getImage as readImage } from "./get-image.sql.ts";
import { findRevision } from "./get-revision.ts";
import type { ImageRow } from "./image-row.sql.ts";
import { renderImage } from "./rules/image-json.ts";
import { assertMatch, formatEntityTag, isKnown } from "./rules/preconditions.ts";
import { requireVisible } from "./rules/visibility.ts";

/** GetImage, and HeadImage: HEAD is answered from GET. With `revision`, as it was. docs/contract.md#image */
export const getImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(named("GetImage"), async (c) => {
  const sent = readQueryLeniently(c)["revision"];
  const image = sent === undefined ? await findSeen(c) : await findRevision(c, sent);
  return answerRead(c, image, renderImage(image, c.get("release")));
});

/** Answers with something of an image, for everyone who may see it. */
export async function answerSeen(c: Context<AppEnv>, render: (image: ImageRow) => unknown): Promise<Response> {
  const image = await findSeen(c);
  return answerRead(c, image, render(image));
}

/** The image of the path as it is now. @throws {CloudApiError} InvalidCredentials; ResourceNotFound */
async function findSeen(c: Context<AppEnv>): Promise<ImageRow> {
  const found = await asCaller(c, (db, caller) => readImage(db, { ...caller, image: requireSet(c, "image") }));
  assertAuthority(found);
  return requireVisible(found.image, requireSet(c, "caller").account);
}

/** @throws {CloudApiError} PreconditionFailed */
function answerRead(c: Context<AppEnv>, { revision }: ImageRow, value: unknown): Response | Promise<Response> {
  const release = c.get("release");
  const preconditions = requireSet(c, "preconditions");
  assertMatch(preconditions, { revision, release });
  const headers = { ETag: formatEntityTag(revision, release) };
  return isKnown(preconditions, revision) ? answerNotModified(headers) : answerJson(c, value, { headers });
}
