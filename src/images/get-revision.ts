import type { Context } from "hono";
import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { showValue } from "../text.ts";
import { getRevision } from "./get-revision.sql.ts";
import { assertAuditable } from "./image-audit.ts";
import type { ImageRow } from "./image-row.sql.ts";

/** A revision as a request names it; null for one that cannot be. */
export const parseRevision = (sent: unknown): number | null =>
  /^[1-9][0-9]{0,14}$/.test(String(sent)) && (typeof sent === "string" || typeof sent === "number")
    ? Number(sent)
    : null;

/** How many revisions the service keeps; 0 is no bound. */
export const findKeepRevisions = (c: Context<AppEnv>): number =>
  readConfiguration(c.env).historyRevisions || Number.MAX_SAFE_INTEGER;

/** The revision is not kept, or cannot be. */
export const makeUnknownRevision = (
  sent: unknown,
  { oldest, newest }: { oldest: number; newest: number },
): CloudApiError =>
  new CloudApiError(
    "InvalidArgument",
    `revision is one that is kept, ${oldest} to ${newest}; ${showValue(sent)} was sent`,
  );

/**
 * A revision of the image of the path, for its owner and operators.
 *
 * @throws {CloudApiError} InvalidCredentials, ResourceNotFound, NotImageOwner as the audit; InvalidArgument, which names
 * the oldest that is kept
 */
export async function findRevision(c: Context<AppEnv>, sent: unknown): Promise<ImageRow> {
  const revision = { image: requireSet(c, "image"), of: parseRevision(sent), keepRevisions: findKeepRevisions(c) };
  const found = await asCaller(c, (db, caller) => getRevision(db, { ...caller, ...revision }));
  assertAuditable(found, requireSet(c, "caller").account);
  if (found.revision) return found.revision;
  throw makeUnknownRevision(sent, { oldest: found.oldest, newest: found.image?.revision ?? found.oldest });
}
