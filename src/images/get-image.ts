import type { Context } from "hono";
import { asCaller } from "../caller/as-caller.ts";
import { answerNear, isAnsweredByReplica } from "../caller/near.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerJson, answerNotModified } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readQueryLeniently } from "../http/parameters.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { readImage, readRevision } from "./get-image.sql.ts";
import type { ImageRow } from "./image-row.sql.ts";
import { assertAuditable, makeUnknownRevision, parseRevision } from "./rules/audit.ts";
import { formatImage } from "./rules/image-json.ts";
import { assertMatch, findNewestSeen, formatEntityTag, isNamedByIfNoneMatch } from "./rules/preconditions.ts";
import { requireVisible } from "./rules/visibility.ts";

/** GetImage, and HeadImage: Hono answers HEAD from GET. `revision` asks for an earlier revision. docs/contract.md#image */
export const getImage = handlersOf<"/:login/images/:id">()(named("GetImage"), async (c) => {
  const sent = readQueryLeniently(c)["revision"];
  const render = (image: ImageRow) => formatImage(image, c.get("release"));
  if (sent === undefined) return await answerVisible(c, render);
  const revision = await findRevision(c, sent);
  return await answerRead(c, revision, render(revision));
});

/** Answers with an image, or a part of it, for everyone who may see it. From a replica if the request allows that. */
export const answerVisible = (c: Context<AppEnv>, render: (image: ImageRow) => unknown): Promise<Response> =>
  answerNear(c, async () => {
    const image = await findVisible(c);
    // A replica that is behind what the client has seen: the primary answers.
    if (isAnsweredByReplica(c) && image.revision < findNewestSeen(c.req.header("If-None-Match")))
      throw new Error("behind");
    return await answerRead(c, image, render(image));
  });

/** Returns the current image of the path. @throws {CloudApiError} InvalidCredentials; ResourceNotFound */
async function findVisible(c: Context<AppEnv>): Promise<ImageRow> {
  const found = await asCaller(c, (db, caller) => readImage(db, { ...caller, imageId: requireSet(c, "imageId") }));
  assertAuthority(found);
  return requireVisible(found.image, requireSet(c, "caller").account);
}

/** How many revisions the service keeps. All if the limit is off. */
export const findKeepRevisions = (c: Context<AppEnv>): number =>
  readConfiguration(c.env).historyRevisions || Number.MAX_SAFE_INTEGER;

/**
 * Returns a revision of the image of the path, for its owner and operators.
 *
 * @throws {CloudApiError} InvalidCredentials, ResourceNotFound, NotImageOwner as the audit; InvalidArgument, which names
 * the oldest kept revision
 */
async function findRevision(c: Context<AppEnv>, sent: unknown): Promise<ImageRow> {
  const values = {
    imageId: requireSet(c, "imageId"),
    revision: parseRevision(sent),
    keepRevisions: findKeepRevisions(c),
  };
  const found = await asCaller(c, (db, caller) => readRevision(db, { ...caller, ...values }));
  assertAuditable(found, requireSet(c, "caller").account);
  if (found.revision) return found.revision;
  throw makeUnknownRevision(sent, { oldest: found.oldest, newest: found.image?.revision ?? found.oldest });
}

/** @throws {CloudApiError} PreconditionFailed */
function answerRead(c: Context<AppEnv>, { revision }: ImageRow, value: unknown): Response | Promise<Response> {
  const release = c.get("release");
  const preconditions = requireSet(c, "preconditions");
  assertMatch(preconditions, { revision, release });
  const headers = { ETag: formatEntityTag(revision, release) };
  return isNamedByIfNoneMatch(preconditions, revision)
    ? answerNotModified(c, headers)
    : answerJson(c, value, { headers });
}
