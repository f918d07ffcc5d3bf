import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import { callerRow, hasAuthority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { type SeenImage, seenImage } from "./image-row.ts";
import { accounts, imageHistory, images } from "./schema.ts";
import { flag, integer, nullableText, type Placeholders, query, type RowOf, statement } from "./statement.ts";

/** The revisions of a page: at most `limit`, the newest first, below `marker` where it is not null. */
export type AuditPage = { limit: number; marker: number | null };

type AuditValues = Caller & {
  image: string;
  marker: number | null;
  rows: number;
  keepRevisions: number;
  maxPageBytes: number;
};

/** The rows of a page, and the one below it: it shows what the last row changed. */
const isOnPage = (value: Placeholders<AuditValues>): SQL | undefined =>
  and(
    eq(imageHistory.image, value.image),
    sql`(${value.marker} IS NULL OR ${imageHistory.revision} < ${value.marker})`,
    sql`${imageHistory.revision} >=
      (SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${value.image}) - ${value.keepRevisions}`,
  );

/** Bytes of the texts that can be long; asking for the length of a value does not read it. */
const rowBytes = sql.join(
  [imageHistory.acl, imageHistory.tags, imageHistory.requirements, imageHistory.files, imageHistory.description].map(
    (column) => sql`coalesce(octet_length(${column}), 0)`,
  ),
  sql` + `,
);

const pageBytes = (value: Placeholders<AuditValues>): SQL => sql`(SELECT coalesce(sum(bytes), 0) FROM (
  SELECT ${rowBytes} AS bytes FROM ${imageHistory}
  WHERE ${isOnPage(value)} ORDER BY ${imageHistory.revision} DESC LIMIT ${value.rows}))`;

/** The most bytes of one page as it is stored. A Worker has 128 MB, and an answer holds every value twice. */
export const maxPageBytes = 8_000_000;

const auditedStatement = statement<AuditValues>().reads(
  (value) => ({
    hasAuthority,
    image: seenImage(value.account),
    isOperator: flag(
      sql`coalesce((SELECT ${accounts.operator} FROM ${accounts} WHERE ${accounts.uuid} = ${value.signer}), 0)`,
    ),
    pageBytes: integer(pageBytes(value)),
  }),
  (columns, value) => query.select(columns).from(callerRow(value)).leftJoin(images, eq(images.uuid, value.image)),
);

const {
  write_id: _,
  request_hash: __,
  attempt_id: ___,
  total_bytes: ____,
  ...historyColumns
} = getTableColumns(imageHistory);

const revisionFields = { ...historyColumns, login: nullableText(sql`${accounts.login}`) };

const pageStatement = statement<AuditValues>().reads(
  () => revisionFields,
  (columns, value) =>
    query
      .select(columns)
      .from(imageHistory)
      .leftJoin(accounts, eq(accounts.uuid, imageHistory.account))
      .where(and(isOnPage(value), sql`${pageBytes(value)} <= ${value.maxPageBytes}`))
      .orderBy(desc(imageHistory.revision))
      .limit(value.rows),
);

/** One revision that is kept. `login` is that of `account`, null when the account is gone. */
export type RevisionRow = RowOf<typeof revisionFields>;

/** A page of an image's history, with the row below it where one is kept; empty when it is larger than an answer may be. */
export type ImageHistory = {
  hasAuthority: boolean;
  image: SeenImage | null;
  isOperator: boolean;
  pageBytes: number;
  revisions: RevisionRow[];
};

/** Reads a page of the history of an image, whoever may see it: `images/image-audit` decides. One round trip. */
export async function readHistory(
  db: Database,
  { image, caller, page, keepRevisions }: { image: string; caller: Caller; page: AuditPage; keepRevisions: number },
): Promise<ImageHistory> {
  const values = { ...caller, image, marker: page.marker, rows: page.limit + 1, keepRevisions, maxPageBytes };
  const [audited, revisions] = await db.batch([auditedStatement.with(values), pageStatement.with(values)]);
  return { ...readOnlyRow(audited), revisions };
}
