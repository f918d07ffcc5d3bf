import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { accounts } from "../db/account-schema.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { accountHistory, imageHistory, imageRevisions, images } from "../db/schema.ts";
import {
  asColumn,
  boolean,
  integer,
  leftJoined,
  nullableText,
  type Placeholders,
  query,
  type RowOf,
  statement,
  text,
} from "../db/statement.ts";
import { hasName, longColumns, manifestColumnNames, maxPageBytes } from "../tables.ts";
import { auditColumns, countLongBytes, revisionColumns } from "./image-row.sql.ts";

/** The page after a place in the feed. `seen`: the newest place if the client has the answer already, so that no row is read. */
export type ChangesPage = { after: number | null; limit: number; seen: number | null };

type ChangesValues = Caller & ChangesPage;

const ofAccount = ({ account }: Placeholders<ChangesValues>) => eq(accountHistory.account, account);

const feedFields = (bind: Placeholders<ChangesValues>) => ({
  hasAuthority,
  newest: integer(sql`coalesce(${accountHistory.newest}, 0)`),
  removed: integer(sql`coalesce(${accountHistory.removed}, 0)`),
  /** The write at the place that the page is after, or at the newest place where it is after none. */
  writeThere: nullableText(sql`coalesce(
      (SELECT write_id FROM ${imageRevisions} WHERE feed = ${bind.account} AND sequence = coalesce(${bind.after}, ${accountHistory.newest})),
      (SELECT left.write_id FROM ${accountHistory} AS own INNER JOIN ${imageRevisions} AS left ON left.left_feed = own.account
        WHERE own.account = ${bind.account} AND left.left_sequence = coalesce(${bind.after}, own.newest)))`),
});

export const feedStatement = statement<ChangesValues>().returnsRows(feedFields, (columns, bind) =>
  query.select(columns).from(callerRow(bind)).leftJoin(accountHistory, ofAccount(bind)),
);

/** What SQL reads to find the fields of an image at a revision that so many later ones follow, in bytes. */
const bytesPerLaterRevision = 64;

/** One row, the place that the page is after. No row if the client has seen the newest one. */
const unseen = ({ account, after, seen }: Placeholders<ChangesValues>): SQL => sql`(
  SELECT account, max(removed, coalesce(${after}, 0)) AS "from" FROM ${accountHistory} WHERE account = ${account} AND newest IS NOT ${seen} LIMIT 1)`;

/** Nothing of the image before is shown: there was none, or it is not known. */
const isUnknown = sql`(kept.changed IS NULL OR kept.is_cut)`;

/** To the new owner of an image, nothing of what it was is shown either. */
const isFirstHere = sql`(${isUnknown} OR ${sql.raw(hasName("kept.changed", "owner"))})`;

/**
 * The places of a page, in order. A page ends where its values are large, those after taken to be as large as those before or, where all are
 * shown, as the image is now; or
 * where much would have to be read to find the values after. Joined with the account's own row, so that no value is bound to the column of the partial index.
 */
const placesOf = (bind: Placeholders<ChangesValues>): SQL => sql`(
  SELECT place.*, sum(weight) OVER (ORDER BY sequence ROWS UNBOUNDED PRECEDING) - weight AS "before" FROM (
    SELECT place.*, 2 * bytes + ${sql.raw(String(bytesPerLaterRevision))} * (${images.revision} - place.revision) + iif("isFirst", ${countLongBytes(images)}, 0) AS weight
    FROM (
      SELECT * FROM (SELECT image, revision, kept.bytes, sequence, ${isFirstHere} AS "isFirst" FROM ${unseen(bind)} AS own CROSS JOIN ${imageRevisions} AS kept ON kept.feed = own.account
        WHERE sequence > own."from"
        ORDER BY sequence LIMIT ${bind.limit})
      UNION ALL
      SELECT * FROM (SELECT image, revision, kept.bytes, left_sequence, ${isUnknown} FROM ${unseen(bind)} AS own CROSS JOIN ${imageRevisions} AS kept ON kept.left_feed = own.account
        WHERE left_sequence > own."from"
        ORDER BY left_sequence LIMIT ${bind.limit})
      ORDER BY sequence LIMIT ${bind.limit}) AS place INNER JOIN ${images} ON ${images.uuid} = place.image) AS place)`;

/** The page, and for each place the columns that later revisions of its image changed. Only these are looked for in the history. */
const pageOf = (bind: Placeholders<ChangesValues>): SQL => sql`(
  SELECT cut.*, (SELECT ',' || replace(group_concat(DISTINCT later.changed), ' ', '') || ',' FROM ${imageRevisions} AS later
      WHERE later.image = cut.image AND later.revision > cut.revision) AS "later"
  FROM ${placesOf(bind)} AS cut WHERE cut."before" < ${sql.raw(String(maxPageBytes))}) AS "page"`;

const isShown = (name: string): SQL =>
  sql`("page"."isFirst" OR ${sql.raw(hasName('"image_revisions"."changed"', name))})`;

/** The value of a column after the revision: the image's, if no later revision changed it. */
const valueAfter = (name: (typeof manifestColumnNames)[number]): SQL =>
  sql`CASE WHEN instr("page"."later", ${sql.raw(`',${name},'`)}) > 0 THEN ${imageHistory[name]} ELSE ${images[name]} END`;

/** The image after the revision; a long text only if it is shown. */
const after = Object.fromEntries(
  manifestColumnNames.map((name) => [
    name,
    asColumn(
      imageHistory[name],
      (longColumns as readonly string[]).includes(name)
        ? sql`CASE WHEN ${isShown(name)} THEN ${valueAfter(name)} END`
        : valueAfter(name),
    ),
  ]),
);

const changeFields = {
  ...auditColumns,
  writeId: text(sql`${imageRevisions.write_id}`),
  login: nullableText(sql`${accounts.login}`),
  sequence: integer(sql`"page"."sequence"`),
  isFirst: boolean(sql`"page"."isFirst"`),
  // The types are those of the image's columns: each long text is read like its column.
  after: leftJoined({ ...revisionColumns, ...(after as object) }, "uuid"),
};

export const changesStatement = statement<ChangesValues>().returnsRows(
  () => changeFields,
  (columns, bind) =>
    query
      .select(columns)
      .from(pageOf(bind))
      .innerJoin(
        imageRevisions,
        and(eq(imageRevisions.image, sql`"page"."image"`), eq(imageRevisions.revision, sql`"page"."revision"`)),
      )
      .innerJoin(
        imageHistory,
        and(eq(imageHistory.image, sql`"page"."image"`), eq(imageHistory.revision, sql`"page"."revision"`)),
      )
      .innerJoin(images, eq(images.uuid, sql`"page"."image"`))
      .leftJoin(accounts, eq(accounts.uuid, imageRevisions.account))
      .orderBy(sql`"page"."sequence"`),
);

/** A revision in the feed of an account. `isFirst`: nothing of the image before is shown. */
export type ChangeRow = RowOf<typeof changeFields>;

/** A page of an account's feed. */
export type Feed = RowOf<ReturnType<typeof feedFields>> & { changes: ChangeRow[] };

/** Reads a page of an account's feed, and where the feed begins and ends. One round trip. */
export async function readChanges(db: Database, caller: Caller, page: ChangesPage): Promise<Feed> {
  const values = { ...caller, ...page };
  const [feed, changes] = await db.batch([feedStatement.with(values), changesStatement.with(values)]);
  return { ...requireRow(feed), changes };
}
