import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { accountHistory, accountWrites, imageRevisions, images, now } from "../db/schema.ts";
import { type Expression, type Placeholder, type Placeholders, statement } from "../db/statement.ts";

/** The bound on an account's history: ACCOUNT_HISTORY_BYTES. docs/contract.md#audit */

type HistoryBound = Placeholders<{ account: string; maxHistory: number }>;

/** The history of the account takes as many bytes as it may. */
export const isHistoryFull = ({ account, maxHistory }: HistoryBound): SQL => sql`(${maxHistory} > 0 AND EXISTS (
  SELECT 1 FROM ${accountHistory} WHERE ${accountHistory.account} = ${account} AND ${accountHistory.bytes} >= ${maxHistory}))`;

/** What is younger stays: a retry looks for it. */
const youngMs = sql.raw("60000");

/** The revisions that count to the account. An image's newest stays: its audit and its export need one. */
const isRemovable = (account: Placeholder): SQL => sql`${imageRevisions.holder} = ${account}
  AND ${imageRevisions.revision} < (SELECT ${images.revision} FROM ${images} WHERE ${images.uuid} = ${imageRevisions.image})`;

/** When the oldest row of the account's history may be removed: a minute after its `time`. A keyed record's `time` is set ahead: `keyedRecordMs`. */
const roomTime = (account: Placeholder): SQL => sql`${youngMs} + min(
  coalesce((SELECT ${imageRevisions.time} FROM ${imageRevisions} WHERE ${isRemovable(account)} ORDER BY ${imageRevisions.time} LIMIT 1), 1e15),
  coalesce((SELECT min(${accountWrites.time}) FROM ${accountWrites} WHERE ${accountWrites.account} = ${account}), 1e15))`;

/** How long until the account's history has room, in ms. NULL if it has room, or if the condition does not hold. */
export const roomInMs = (bind: HistoryBound, condition: SQL): Expression<number | null> => ({
  sql: sql`CASE WHEN ${condition} AND ${isHistoryFull(bind)} THEN max(1, ${roomTime(bind.account)} - ${now}) END`,
  decode: null,
});

/** About how many rows each statement removes, and bytes of revisions, to make room for one write. */
const [maxRemovedRows, maxRemovedBytes] = [sql.raw("500"), sql.raw("1048576")];

type RoomValues = { account: string };

/**
 * Removes the oldest revisions of an account's images. The lower revisions of the same image go too, also if their time is
 * later, because the clock was set back: a revision without all later ones cannot be read.
 */
export const removeOldRevisions = statement<RoomValues>().returnsNone(
  ({ account }) => sql`
    DELETE FROM ${imageRevisions} WHERE (image, revision) IN (
      SELECT kept.image, kept.revision FROM (
        SELECT image, max(revision) AS revision FROM (
          SELECT image, revision, bytes, sum(bytes) OVER (ORDER BY time, revision ROWS UNBOUNDED PRECEDING) AS removed FROM (
            SELECT image, revision, bytes, time FROM ${imageRevisions}
            WHERE ${isRemovable(account)} AND ${imageRevisions.time} < ${now} - ${youngMs}
            ORDER BY time LIMIT ${maxRemovedRows}))
        WHERE removed - bytes < ${maxRemovedBytes} GROUP BY image) AS oldest
      CROSS JOIN ${imageRevisions} AS kept ON kept.image = oldest.image AND kept.revision <= oldest.revision)`,
);

export const removeOldRecords = statement<RoomValues>().returnsNone(
  ({ account }) => sql`
    DELETE FROM ${accountWrites} WHERE write_id IN (
      SELECT write_id FROM ${accountWrites}
      WHERE ${accountWrites.account} = ${account} AND ${accountWrites.time} < ${now} - ${youngMs} ORDER BY time LIMIT ${maxRemovedRows})`,
);

/** Makes room in an account's history, if it holds what is older than a minute. One batch. */
export async function makeRoom(db: Database, account: string): Promise<void> {
  await db.batch([removeOldRevisions.with({ account }), removeOldRecords.with({ account })]);
}
