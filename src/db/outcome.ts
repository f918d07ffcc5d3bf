import { Column, eq, getTableColumns, is, type SQL, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import type { SelectedFieldsFlat } from "drizzle-orm/sqlite-core";
import { callerRow, hasAuthority } from "./authority.ts";
import { selectStatement } from "./client.ts";
import { imageAcl, imageHistory, images } from "./schema.ts";
import { isUnmade, type Write } from "./write.ts";

const { write: _, write_id: __, ...columnsOfImage } = getTableColumns(images);

/** What is read of an image. */
export const imageColumns = columnsOfImage;

/** A stored image: column = manifest field. JSON columns are text. */
export type ImageRow = Omit<typeof images.$inferSelect, "write" | "write_id">;

/** An image and whether it is shared with who asks. */
export type SeenImage = ImageRow & { shared: number };

/** Whether the image is shared with the account by acl. */
export const shared = sql<number>`EXISTS (SELECT 1 FROM ${imageAcl} WHERE ${imageAcl.image} = ${sql.placeholder("image")} AND ${imageAcl.account} = ${sql.placeholder("account")})`;

/** What the caller and the image are, at the statement's own time. Without an image only `hasAuthority` is there. */
export const seenFields = {
  ...imageColumns,
  uuid: sql<string | null>`${images.uuid}`.as("uuid"),
  shared: shared.as("shared"),
  hasAuthority,
};

/** Selects the caller's authority and the image, in one row that is always there. @param fields `seenFields` and more */
export const seenQuery = (db: DrizzleD1Database, fields: SelectedFieldsFlat) =>
  db
    .select(fields)
    .from(callerRow(db))
    .leftJoin(images, eq(images.uuid, sql.placeholder("image")));

/** One image, whoever may see it. */
export const seenStatement = selectStatement(seenFields, seenQuery);

/** The caller's authority and the image, as they are. */
export type Seen = { hasAuthority: boolean; image: SeenImage | undefined };

type SeenRow = ReturnType<typeof seenStatement.read>;

/** What a row tells. */
export function seen(row: SeenRow | undefined): Seen {
  if (!row) throw new Error("a read answered no row");
  const { hasAuthority, uuid, ...image } = row;
  return { hasAuthority: hasAuthority === 1, image: uuid === null ? undefined : { ...image, uuid } };
}

/** What came of a write, in its transaction. */
export const outcomeFields = {
  ...seenFields,
  isMade: sql<number | null>`"images"."isMade"`.as("isMade"),
  requestHash: sql<string | null>`"images"."requestHash"`.as("requestHash"),
  attemptId: sql<string | null>`"images"."attemptId"`.as("attemptId"),
  changed: sql<string | null>`"images"."changed"`.as("changed"),
};

const names = (columns: readonly { name: string }[]): SQL =>
  sql.join(
    columns.map(({ name }) => sql.identifier(name)),
    sql`, `,
  );

const { uuid, ...others } = imageColumns;
const otherNames = names(Object.values(others));

/** The image as the write of this id left it, where it was made, by whichever try of it; else as it is now. */
const writtenOrStored = sql`(
  SELECT 1 AS "isMade", request_hash AS "requestHash", attempt_id AS "attemptId", changed, image AS ${sql.identifier(uuid.name)}, ${otherNames}
  FROM ${imageHistory} WHERE write_id = ${sql.placeholder("writeId")}
  UNION ALL SELECT 0, NULL, NULL, NULL, ${names([uuid])}, ${otherNames}
  FROM ${images} WHERE uuid = ${sql.placeholder("image")} AND ${isUnmade}) AS ${images}`;

/** The columns as expressions: Drizzle takes a column only where its own table is selected from. */
const byName = (fields: Readonly<Record<string, Column | SQL.Aliased>>): SelectedFieldsFlat =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, is(field, Column) ? sql`${field}`.as(field.name) : field]),
  );

/**
 * Selects the row that tells an accepted write from every refusal; there is always one.
 *
 * @param fields `outcomeFields`, and what else a write's refusals need to know
 */
export const outcomeQuery = (db: DrizzleD1Database, fields: Readonly<Record<string, Column | SQL.Aliased>>) =>
  db.select(byName(fields)).from(callerRow(db)).leftJoin(writtenOrStored, sql`true`);

/** The outcome of a write on the image of the path. */
export const outcomeStatement = selectStatement(outcomeFields, outcomeQuery);

type OutcomeRow = ReturnType<typeof outcomeStatement.read>;

/** What the history tells of a write that was made. */
export type MadeWrite = {
  requestHash: string | null;
  /** This request made it, not an earlier one of its Idempotency-Key. */
  isOwn: boolean;
  /** The names of the columns that it changed, with commas; null where it made the image. */
  changed: string | null;
};

/** What came of a write: the image is as the write left it where it was made, else as it is now. */
export type WriteOutcome = Seen & { write: Write; made: MadeWrite | undefined };

/**
 * The outcome that a row tells. What this request itself made is its own, whatever became of the authority since: its
 * first try may have lost its acknowledgement.
 */
export function writeOutcome(row: OutcomeRow | undefined, write: Write): WriteOutcome {
  if (!row) throw new Error("a write answered no outcome");
  const { isMade, requestHash, attemptId, changed, ...rest } = row;
  const image = seen(rest);
  if (isMade !== 1) return { ...image, write, made: undefined };
  const isOwn = attemptId === write.attemptId;
  return { ...image, hasAuthority: image.hasAuthority || isOwn, write, made: { requestHash, isOwn, changed } };
}
