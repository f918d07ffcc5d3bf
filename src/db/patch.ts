import { type Column, type SQL, sql } from "drizzle-orm";
import type { Placeholder } from "./statement.ts";

/** The fields of a patch that is bound as one JSON object: those that were sent, and null for those to clear. */

const path = (field: string): SQL => sql.raw(`'$.${field}'`);

/** A table of one row and one column, the patch: the FROM of an UPDATE. */
export const patchRow = (patch: Placeholder): SQL => sql`(SELECT ${patch} AS "patch") AS "change"`;

const isSent = (field: string): SQL => sql`json_type("change"."patch", ${path(field)}) IS NOT NULL`;

const sentValue = (field: string): SQL => sql`"change"."patch" ->> ${path(field)}`;

/** The value of a column after the patch: the sent one, or else what is stored. */
export const patched = (field: string, column: Column): SQL =>
  sql`CASE WHEN ${isSent(field)} THEN ${sentValue(field)} ELSE ${column} END`;

/** Whether the patch changes the column. */
export const isPatched = (field: string, column: Column): SQL =>
  sql`(${isSent(field)} AND ${sentValue(field)} IS NOT ${column})`;
