import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { SelectedFieldsFlat } from "drizzle-orm/sqlite-core";
import { authority } from "./authority.ts";
import { selectStatement } from "./client.ts";
import { imageAcl, images } from "./schema.ts";

/** A stored image: column = manifest field. JSON columns are text. */
export type ImageRow = typeof images.$inferSelect;

/** An image and whether it is shared with who asks. */
export type SeenImage = ImageRow & { shared: number };

/** Whether the image is shared with the account by acl. */
export const shared = sql<number>`EXISTS (SELECT 1 FROM ${imageAcl} WHERE ${imageAcl.image} = ${sql.placeholder("image")} AND ${imageAcl.account} = ${sql.placeholder("account")})`;

/** False for the same write sent again: it was made, and its acknowledgement was lost. */
export const notYetWritten: SQL = sql`${images.write_id} IS NOT ${sql.placeholder("writeId")}`;

/** What the caller and the image are, in the transaction of a write. Without an image only `hasAuthority` is there. */
export const outcomeFields = {
  ...getTableColumns(images),
  uuid: sql<string | null>`${images.uuid}`.as("uuid"),
  shared: shared.as("shared"),
  hasAuthority: sql<number>`"caller"."hasAuthority"`.as("hasAuthority"),
};

/**
 * Selects the row that tells an accepted write from every refusal; there is always one.
 *
 * @param fields `outcomeFields`, and what else a write's refusals need to know
 */
export const outcomeQuery = (db: DrizzleD1Database, fields: SelectedFieldsFlat, uuid: SQL) =>
  db
    .select(fields)
    .from(sql`(SELECT ${authority(db)} AS "hasAuthority") AS "caller"`)
    .leftJoin(images, eq(images.uuid, uuid));

/** The outcome of a write on the image of the path. */
export const outcomeStatement = selectStatement(outcomeFields, (db, fields) =>
  outcomeQuery(db, fields, sql`${sql.placeholder("image")}`),
);

type OutcomeRow = ReturnType<typeof outcomeStatement.read>;

/** What came of a write: the caller's authority, the image as it is now, and whether this write made it so. */
export type WriteOutcome = { hasAuthority: boolean; image: SeenImage | undefined; isWritten: boolean };

/** The outcome that a row tells; `isWritten` is decided by an id that only this write has. */
export function writeOutcome(row: OutcomeRow | undefined, isWritten: boolean): WriteOutcome {
  if (!row) throw new Error("a write answered no outcome");
  const { hasAuthority, uuid, ...rest } = row;
  return { hasAuthority: hasAuthority === 1, image: uuid === null ? undefined : { ...rest, uuid }, isWritten };
}
