import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority, isOperator } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { imageHistory, imageRevisions, images } from "../db/schema.ts";
import { integer, leftJoined, type Placeholders, query, type RowOf, statement } from "../db/statement.ts";
import { type FoundImage, foundImage, revisionColumns } from "./image-row.sql.ts";

/** Selects an image by id, visible or not: `rules/visibility` decides. The id null selects none. */
export const getImageStatement = statement<Caller & { imageId: string | null }>().returnsRows(
  (bind) => ({ hasAuthority, image: foundImage(bind.account) }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(images, eq(images.uuid, bind.imageId)),
);

/** Reads an image. A malformed id matches no row, so it is not validated. One round trip. */
export const readImage = async (
  db: Database,
  values: Caller & { imageId: string },
): Promise<{ hasAuthority: boolean; image: FoundImage | null }> =>
  requireRow(await db.all(getImageStatement.with(values)));

/** A revision that a request names. `revision` is null if malformed. */
export type RevisionValues = { imageId: string; revision: number | null; keepRevisions: number };

/** The oldest revision that the audit may show. */
const oldestShown = (bind: Placeholders<RevisionValues>): SQL =>
  sql`(SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${bind.imageId}) - ${bind.keepRevisions} + 1`;

/** Finds the row of the revision in the history, if the audit shows it. */
export const isRevision = (bind: Placeholders<RevisionValues>): SQL | undefined =>
  and(
    eq(imageHistory.image, bind.imageId),
    eq(imageHistory.revision, bind.revision),
    sql`${imageHistory.revision} >= ${oldestShown(bind)}`,
  );

/** The oldest kept revision that the audit shows. */
export const oldestRevision = (bind: Placeholders<RevisionValues>) =>
  integer(sql`(SELECT min(kept.revision) FROM ${imageRevisions} AS kept
    WHERE kept.image = ${bind.imageId} AND kept.revision >= ${oldestShown(bind)})`);

const revisionFields = (bind: Placeholders<Caller & RevisionValues>) => ({
  hasAuthority,
  isOperator: isOperator(bind),
  oldest: oldestRevision(bind),
  revision: leftJoined(revisionColumns, "uuid"),
  image: foundImage(bind.account),
});

export const revisionStatement = statement<Caller & RevisionValues>().returnsRows(revisionFields, (columns, bind) =>
  query
    .select(columns)
    .from(callerRow(bind))
    .leftJoin(images, eq(images.uuid, bind.imageId))
    .leftJoin(imageHistory, isRevision(bind)),
);

/** Reads a revision of an image, null if it is not kept, and the current image, visible or not. One round trip. */
export const readRevision = async (
  db: Database,
  values: Caller & RevisionValues,
): Promise<RowOf<ReturnType<typeof revisionFields>>> => requireRow(await db.all(revisionStatement.with(values)));
