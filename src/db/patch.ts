import { type Column, type SQL, sql } from "drizzle-orm";
import type { Placeholder } from "./statement.ts";

/** A patch is bound as one JSON object of the fields that were sent. Null clears a field. Not RFC 6902. */

const path = (field: string): SQL => sql.raw(`'$.${field}'`);

/** One row, the patch: FROM clause of an UPDATE. */
export const patchRow = (patch: Placeholder): SQL => sql`(SELECT ${patch} AS "patch") AS "sent"`;

const isSent = (field: string): SQL => sql`json_type("sent"."patch", ${path(field)}) IS NOT NULL`;

const sentValue = (field: string): SQL => sql`"sent"."patch" ->> ${path(field)}`;

/** The value of a column after the patch: the sent one, else the stored one. */
export const patched = (field: string, column: Column): SQL =>
  sql`CASE WHEN ${isSent(field)} THEN ${sentValue(field)} ELSE ${column} END`;

/** Whether the patch changes the column. */
export const isPatched = (field: string, column: Column): SQL =>
  sql`(${isSent(field)} AND ${sentValue(field)} IS NOT ${column})`;
