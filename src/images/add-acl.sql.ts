import { sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { choose, computed, imageChange } from "./image-change.sql.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

type AddAclValues = WriteValues & { accounts: string; maxAcl: number };

/**
 * The stored accounts, then those of the sent ones that are not among them, in their order; NULL for none. Grouped, because
 * NOT IN over the stored ones would read them again for each.
 */
export const addAcl = imageChange<AddAclValues>((bind) => {
  const joined = sql`nullif((SELECT json_group_array(account ORDER BY place) FROM (
    SELECT account, min(place) AS place FROM (
      SELECT value AS account, key AS place FROM json_each(coalesce(${images.acl}, '[]'))
      UNION ALL SELECT value, 1000000000 + key FROM json_each(${bind.accounts})
    ) GROUP BY account)), '[]') AS "acl"`;
  return {
    set: { acl: sql`"change"."acl"` },
    from: computed(joined, sql`${bind.image}`),
    changes: sql`"change"."acl" IS NOT ${images.acl} AND json_array_length("change"."acl") <= ${bind.maxAcl}`,
  };
});

/** The accounts that an image is shared with, and the most that it may be. */
export type Grants = { accounts: readonly string[]; maxAcl: number };

/** Shares an image with accounts if the caller owns it and one is new, in one batch. Idempotent: safe to retry. */
export async function addAclAccounts(db: Database, write: Write, { accounts, maxAcl }: Grants): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const [made, outcome] = await db.batch([
    choose(addAcl, write).with({ ...values, accounts: JSON.stringify(accounts), maxAcl }),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write, made);
}
