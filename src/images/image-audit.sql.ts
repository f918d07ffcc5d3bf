import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { accounts } from "../db/account-schema.ts";
import { callerRow, hasAuthority, isOperator } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { imageHistory, imageRevisions, images } from "../db/schema.ts";
import { integer, nullableText, type Placeholders, query, type RowOf, statement } from "../db/statement.ts";
import { maxPageBytes } from "../tables.ts";
import { auditColumns, type FoundImage, foundImage, type ImageRow, revisionColumns } from "./image-row.sql.ts";

/** The revisions of a page: at most `limit`, newest first, below `marker` unless it is null. */
export type AuditPage = { limit: number; marker: number | null };

type AuditValues = Caller & { imageId: string; marker: number | null; rows: number; keepRevisions: number };

const isOnPage = (bind: Placeholders<AuditValues>): SQL | undefined =>
  and(
    eq(imageRevisions.image, bind.imageId),
    sql`(${bind.marker} IS NULL OR ${imageRevisions.revision} < ${bind.marker})`,
    sql`${imageRevisions.revision} >
      (SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${bind.imageId}) - ${bind.keepRevisions}`,
  );

/** As many rows as fit, at least one. */
const pageOf = (bind: Placeholders<AuditValues>): SQL => sql`(
  SELECT revision, count(*) OVER () AS "matching",
    sum(bytes) OVER (ORDER BY revision DESC ROWS UNBOUNDED PRECEDING) - bytes AS "before"
  FROM (SELECT revision, bytes FROM ${imageRevisions} WHERE ${isOnPage(bind)} ORDER BY revision DESC LIMIT ${bind.rows})) AS "page"`;

export const auditedStatement = statement<AuditValues>().returnsRows(
  (bind) => ({ hasAuthority, image: foundImage(bind.account), isOperator: isOperator(bind) }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(images, eq(images.uuid, bind.imageId)),
);

/** The image as the newest revision below the marker left it. No row without a marker. */
export const newestStatement = statement<AuditValues>().returnsRows(
  () => revisionColumns,
  (columns, bind) =>
    query
      .select(columns)
      .from(imageHistory)
      .where(
        and(
          eq(imageHistory.image, bind.imageId),
          sql`${imageHistory.revision} = (SELECT max(newest.revision) FROM ${imageRevisions} AS newest
            WHERE newest.image = ${bind.imageId} AND newest.revision < ${bind.marker})`,
        ),
      ),
);

const auditFields = { ...auditColumns, login: nullableText(sql`${accounts.login}`) };

export const pageStatement = statement<AuditValues>().returnsRows(
  () => ({ ...auditFields, matching: integer(sql`"page"."matching"`) }),
  (columns, bind) =>
    query
      .select(columns)
      .from(pageOf(bind))
      .innerJoin(
        imageRevisions,
        and(eq(imageRevisions.image, bind.imageId), eq(imageRevisions.revision, sql`"page"."revision"`)),
      )
      .leftJoin(accounts, eq(accounts.uuid, imageRevisions.account))
      .where(sql`"page"."before" < ${sql.raw(String(maxPageBytes))}`)
      .orderBy(desc(imageRevisions.revision)),
);

/** A kept revision, with the values before it. `login` is that of `account`. Null if the account is gone. */
export type RevisionRow = RowOf<typeof auditFields>;

/** A page of an image's history. */
export type ImageHistory = {
  hasAuthority: boolean;
  image: FoundImage | null;
  isOperator: boolean;
  /** Newest first. Fewer than the request asks for if they are large. */
  revisions: RevisionRow[];
  /** How many revisions the page could have: one more than its limit if others follow. */
  matching: number;
  /** The image as the first of `revisions` left it. Null if there is none. */
  newest: ImageRow | null;
};

/** Reads a page of an image's history. `rules/audit` decides whether the caller may see it. One round trip. */
export async function readHistory(
  db: Database,
  { imageId, caller, page, keepRevisions }: { imageId: string; caller: Caller; page: AuditPage; keepRevisions: number },
): Promise<ImageHistory> {
  const values = { ...caller, imageId, marker: page.marker, rows: page.limit + 1, keepRevisions };
  const [audited, newest, revisions] = await db.batch([
    auditedStatement.with(values),
    newestStatement.with(values),
    pageStatement.with(values),
  ]);
  const found = requireRow(audited);
  return { ...found, revisions, matching: revisions[0]?.matching ?? 0, newest: newest[0] ?? found.image };
}
