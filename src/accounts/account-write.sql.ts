import { type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { accountWrites } from "../db/schema.ts";
import { boolean, type Expression, type Placeholders, statement } from "../db/statement.ts";

/** The values of every statement that writes an account or its keys. `writeId` is the same at every retry. */
export type AccountWriteValues = Caller & { writeId: string };

const isRecorded = (bind: Placeholders<AccountWriteValues>): SQL =>
  sql`EXISTS (SELECT 1 FROM ${accountWrites} WHERE ${accountWrites.write_id} = ${bind.writeId})`;

/** No attempt of the write was applied. */
export const isUnapplied = (bind: Placeholders<AccountWriteValues>): SQL => sql`NOT ${isRecorded(bind)}`;

/** Whether the write was applied, by whichever attempt. */
export const isApplied = (bind: Placeholders<AccountWriteValues>): Expression<boolean> => boolean(isRecorded(bind));

const now = sql`CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

/** Records that the write was applied, where `written` finds the row that it has just written. */
export const recordWrite = (bind: Placeholders<AccountWriteValues>, written: SQL): SQL => sql`
  INSERT INTO ${accountWrites} (write_id, account, time)
  SELECT ${bind.writeId}, ${bind.account}, ${now} WHERE EXISTS (${written})
  ON CONFLICT DO NOTHING`;

/** For so long a retry may come. The waits between attempts are under two seconds in all; D1 may take longer by itself. */
const keepMs = 60_000;

/** Removes two old records of the account: each write adds one, so few stay. */
export const trimWritesStatement = statement<AccountWriteValues>().writes(
  (bind) => sql`
    DELETE FROM ${accountWrites} WHERE write_id IN (
      SELECT write_id FROM ${accountWrites}
      WHERE account = ${bind.account} AND time < ${now} - ${sql.raw(String(keepMs))} ORDER BY time LIMIT 2)`,
);
