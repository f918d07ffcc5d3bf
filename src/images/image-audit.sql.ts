import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { accounts, imageHistory, images } from "../db/schema.ts";
import { boolean, integer, nullableText, type Placeholders, query, type RowOf, statement } from "../db/statement.ts";
import { type SeenImage, seenImage } from "./image-row.sql.ts";

/** The revisions of a page: at most `limit`, the newest first, below `marker` where it is not null. */
export type AuditPage = { limit: number; marker: number | null };

type AuditValues = Caller & {
  image: string;
  marker: number | null;
  rows: number;
  keepRevisions: number;
};

/** The rows of a page, and the one below it: it shows what the last row changed. */
const isOnPage = (bind: Placeholders<AuditValues>): SQL | undefined =>
  and(
    eq(imageHistory.image, bind.image),
    sql`(${bind.marker} IS NULL OR ${imageHistory.revision} < ${bind.marker})`,
    sql`${imageHistory.revision} >=
      (SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${bind.image}) - ${bind.keepRevisions}`,
  );

/** Bytes of the texts that can be long; asking for the length of a value does not read it. */
const rowBytes = sql.join(
  [imageHistory.acl, imageHistory.tags, imageHistory.requirements, imageHistory.files, imageHistory.description].map(
    (column) => sql`coalesce(octet_length(${column}), 0)`,
  ),
  sql` + `,
);

/** The most bytes of texts that one page reads from D1, but for its last row. */
const maxPageBytes = 1_000_000;

/** As many rows as fit, two at least: what a revision changed shows beside the one before it. */
const pageOf = (bind: Placeholders<AuditValues>): SQL => sql`(
  SELECT ${imageHistory.revision} AS "revision", count(*) OVER () AS "matching",
    row_number() OVER newest AS "place", sum(${rowBytes}) OVER newest - (${rowBytes}) AS "before"
  FROM ${imageHistory} WHERE ${isOnPage(bind)}
  WINDOW newest AS (ORDER BY ${imageHistory.revision} DESC ROWS UNBOUNDED PRECEDING)
  ORDER BY ${imageHistory.revision} DESC LIMIT ${bind.rows}) AS "page"`;

export const auditedStatement = statement<AuditValues>().reads(
  (bind) => ({
    hasAuthority,
    image: seenImage(bind.account),
    isOperator: boolean(
      sql`coalesce((SELECT ${accounts.operator} FROM ${accounts} WHERE ${accounts.uuid} = ${bind.signer}), 0)`,
    ),
  }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(images, eq(images.uuid, bind.image)),
);

const {
  write_id: _,
  request_hash: __,
  attempt_id: ___,
  total_bytes: ____,
  ...historyColumns
} = getTableColumns(imageHistory);

const revisionFields = { ...historyColumns, login: nullableText(sql`${accounts.login}`) };

export const pageStatement = statement<AuditValues>().reads(
  () => ({ ...revisionFields, matching: integer(sql`"page"."matching"`) }),
  (columns, bind) =>
    query
      .select(columns)
      .from(pageOf(bind))
      .innerJoin(
        imageHistory,
        and(eq(imageHistory.image, bind.image), eq(imageHistory.revision, sql`"page"."revision"`)),
      )
      .leftJoin(accounts, eq(accounts.uuid, imageHistory.account))
      .where(sql`("page"."place" <= 2 OR "page"."before" < ${sql.raw(String(maxPageBytes))})`)
      .orderBy(desc(imageHistory.revision)),
);

/** One revision that is kept. `login` is that of `account`, null when the account is gone. */
export type RevisionRow = RowOf<typeof revisionFields>;

/** A page of an image's history, with the row below it where one is kept. `isWhole` when all that was asked for fits. */
export type ImageHistory = {
  hasAuthority: boolean;
  image: SeenImage | null;
  isOperator: boolean;
  revisions: RevisionRow[];
  isWhole: boolean;
};

/**
 * Reads a page of the history of an image, of a megabyte of texts, whoever may see it: `images/image-audit` decides. One
 * round trip.
 */
export async function readHistory(
  db: Database,
  { image, caller, page, keepRevisions }: { image: string; caller: Caller; page: AuditPage; keepRevisions: number },
): Promise<ImageHistory> {
  const values = { ...caller, image, marker: page.marker, rows: page.limit + 1, keepRevisions };
  const [audited, revisions] = await db.batch([auditedStatement.with(values), pageStatement.with(values)]);
  const wanted = Math.min(values.rows, revisions[0]?.matching ?? 0);
  return { ...readOnlyRow(audited), revisions, isWhole: revisions.length >= wanted };
}
