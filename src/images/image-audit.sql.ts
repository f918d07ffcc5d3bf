import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority, isOperator } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { accounts, imageHistory, images } from "../db/schema.ts";
import { integer, nullableText, type Placeholders, query, type RowOf, statement } from "../db/statement.ts";
import { auditColumns, countLongBytes, type FoundImage, foundImage } from "./image-row.sql.ts";

/** The revisions of a page: at most `limit`, newest first, below `marker` unless it is null. */
export type AuditPage = { limit: number; marker: number | null };

type AuditValues = Caller & { imageId: string; marker: number | null; rows: number; keepRevisions: number };

/** The rows of a page, and the one below it, which shows what the last row changed. */
const isOnPage = (bind: Placeholders<AuditValues>): SQL | undefined =>
  and(
    eq(imageHistory.image, bind.imageId),
    sql`(${bind.marker} IS NULL OR ${imageHistory.revision} < ${bind.marker})`,
    sql`${imageHistory.revision} >=
      (SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${bind.imageId}) - ${bind.keepRevisions}`,
  );

const rowBytes = countLongBytes(imageHistory);

/** The most bytes of texts that one page reads from D1, not counting its last row. */
const maxPageBytes = 1_000_000;

/** As many rows as fit, at least two: a revision's changes are found by comparing it with the one before. */
const pageOf = (bind: Placeholders<AuditValues>): SQL => sql`(
  SELECT ${imageHistory.revision} AS "revision", count(*) OVER () AS "matching",
    row_number() OVER newest AS "place", sum(${rowBytes}) OVER newest - (${rowBytes}) AS "before"
  FROM ${imageHistory} WHERE ${isOnPage(bind)}
  WINDOW newest AS (ORDER BY ${imageHistory.revision} DESC ROWS UNBOUNDED PRECEDING)
  ORDER BY ${imageHistory.revision} DESC LIMIT ${bind.rows}) AS "page"`;

export const auditedStatement = statement<AuditValues>().reads(
  (bind) => ({ hasAuthority, image: foundImage(bind.account), isOperator: isOperator(bind) }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(images, eq(images.uuid, bind.imageId)),
);

const revisionFields = { ...auditColumns, login: nullableText(sql`${accounts.login}`) };

export const pageStatement = statement<AuditValues>().reads(
  () => ({ ...revisionFields, matching: integer(sql`"page"."matching"`) }),
  (columns, bind) =>
    query
      .select(columns)
      .from(pageOf(bind))
      .innerJoin(
        imageHistory,
        and(eq(imageHistory.image, bind.imageId), eq(imageHistory.revision, sql`"page"."revision"`)),
      )
      .leftJoin(accounts, eq(accounts.uuid, imageHistory.account))
      .where(sql`("page"."place" <= 2 OR "page"."before" < ${sql.raw(String(maxPageBytes))})`)
      .orderBy(desc(imageHistory.revision)),
);

/** A kept revision. `login` is that of `account`. Null if the account is gone. */
export type RevisionRow = RowOf<typeof revisionFields>;

/** A page of an image's history, and the row below it if that is kept. `isWhole` if the whole request fits. */
export type ImageHistory = {
  hasAuthority: boolean;
  image: FoundImage | null;
  isOperator: boolean;
  revisions: RevisionRow[];
  isWhole: boolean;
};

/** Reads a page of an image's history, a megabyte of texts. `rules/audit` decides whether the caller may see it. One round trip. */
export async function readHistory(
  db: Database,
  { imageId, caller, page, keepRevisions }: { imageId: string; caller: Caller; page: AuditPage; keepRevisions: number },
): Promise<ImageHistory> {
  const values = { ...caller, imageId, marker: page.marker, rows: page.limit + 1, keepRevisions };
  const [audited, revisions] = await db.batch([auditedStatement.with(values), pageStatement.with(values)]);
  const wanted = Math.min(values.rows, revisions[0]?.matching ?? 0);
  return { ...requireRow(audited), revisions, isWhole: revisions.length >= wanted };
}
