import { and, desc, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import { type Database, selectStatement } from "./client.ts";
import { type Seen, seen, seenFields, seenQuery } from "./outcome.ts";
import { accounts, imageHistory, images } from "./schema.ts";

/** Which revisions are asked for: at most `limit`, the newest first, below `marker` where it is not null. */
export type HistoryPage = { limit: number; marker: number | null };

const { write_id: _, request_hash: __, attempt_id: ___, ...historyColumns } = getTableColumns(imageHistory);

/** The rows of a page, and the one below it: what a revision changed is told by its neighbour. */
const ofPage: SQL | undefined = and(
  eq(imageHistory.image, sql.placeholder("image")),
  sql`(${sql.placeholder("marker")} IS NULL OR ${imageHistory.revision} < ${sql.placeholder("marker")})`,
  sql`${imageHistory.revision} >= (SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${sql.placeholder("image")}) - ${sql.placeholder("keepRevisions")}`,
);

/** Of the texts that can be long; asking for the length of a value does not read it. */
const rowBytes = sql.join(
  [imageHistory.acl, imageHistory.tags, imageHistory.requirements, imageHistory.files, imageHistory.description].map(
    (column) => sql`coalesce(octet_length(${column}), 0)`,
  ),
  sql` + `,
);

const pageBytes = sql<number>`(SELECT coalesce(sum(bytes), 0) FROM (SELECT ${rowBytes} AS bytes FROM ${imageHistory}
  WHERE ${ofPage} ORDER BY ${imageHistory.revision} DESC LIMIT ${sql.placeholder("rows")}))`;

/** Of one page as it is stored. A Worker has 128 MB; an answer holds every value twice. */
export const maxPageBytes = 8_000_000;

const askedFields = {
  ...seenFields,
  isOperator: sql<number>`coalesce((SELECT operator FROM ${accounts} WHERE uuid = ${sql.placeholder("signer")}), 0)`.as(
    "isOperator",
  ),
  pageBytes: pageBytes.as("pageBytes"),
};

const askedStatement = selectStatement(askedFields, seenQuery);

const revisionFields = { ...historyColumns, login: accounts.login };

const pageStatement = selectStatement(revisionFields, (db, fields) =>
  db
    .select(fields)
    .from(imageHistory)
    .leftJoin(accounts, eq(accounts.uuid, imageHistory.account))
    .where(and(ofPage, sql`${pageBytes} <= ${sql.placeholder("maxPageBytes")}`))
    .orderBy(desc(imageHistory.revision))
    .limit(sql.placeholder("rows")),
);

/** One revision as it is kept. `login` is that of `account`, null when it has gone. */
export type RevisionRow = Omit<ReturnType<typeof pageStatement.read>, "login"> & { login: string | null };

/** A page of an image's history, with the row below it where one is kept; empty when it is larger than an answer may be. */
export type ImageHistory = Seen & { isOperator: boolean; pageBytes: number; revisions: RevisionRow[] };

/** Reads a page of the history of an image, whoever may see it: `images/access` judges. One trip. */
export async function getHistory(
  db: Database,
  { image, caller, page, keepRevisions }: { image: string; caller: Caller; page: HistoryPage; keepRevisions: number },
): Promise<ImageHistory> {
  const values = { ...caller, image, marker: page.marker, rows: page.limit + 1, keepRevisions, maxPageBytes };
  const [asked, revisions] = await db.firstAndAll([askedStatement, values], [pageStatement, values]);
  if (!asked) throw new Error("a read answered no row");
  const { isOperator, pageBytes, ...row } = asked;
  return { ...seen(row), isOperator: isOperator === 1, pageBytes, revisions };
}
