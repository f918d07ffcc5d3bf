import { sql } from "drizzle-orm";
import { statement } from "../db/statement.ts";

/** Reads one row. */
export const healthStatement = statement<Record<never, never>>().returnsNone(
  () => sql`SELECT uuid FROM accounts LIMIT 1`,
);
