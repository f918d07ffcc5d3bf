import { type SQL, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { accountWrites, now } from "../db/schema.ts";
import { boolean, type Expression, type Placeholders } from "../db/statement.ts";

/** The values of a write of an account or its keys. `writeId` is the same at every retry. */
export type RecordedValues = Caller & { writeId: string };

const isRecorded = (bind: Placeholders<RecordedValues>): SQL =>
  sql`EXISTS (SELECT 1 FROM ${accountWrites} WHERE ${accountWrites.write_id} = ${bind.writeId})`;

/** No attempt applied the write. */
export const isUnapplied = (bind: Placeholders<RecordedValues>): SQL => sql`NOT ${isRecorded(bind)}`;

/** Whether an attempt applied the write. */
export const isApplied = (bind: Placeholders<RecordedValues>): Expression<boolean> => boolean(isRecorded(bind));

/** Records that the write was applied. A trigger removes two old records. @param written selects the row that the write has just written. No row: no record */
export const recordWrite = (bind: Placeholders<RecordedValues>, written: SQL): SQL => sql`
  INSERT INTO ${accountWrites} (write_id, account, time)
  SELECT ${bind.writeId}, ${bind.account}, ${now} WHERE EXISTS (${written})
  ON CONFLICT DO NOTHING`;
