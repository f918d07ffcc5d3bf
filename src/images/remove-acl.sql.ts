import { sql } from "drizzle-orm";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import type { Placeholder } from "../db/statement.ts";
import { choose, computed, imageChange } from "./image-change.sql.ts";
import { isActivated, isSharedWith } from "./visibility.sql.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

type RemoveAclValues = WriteValues & { accounts: string };

/** The stored accounts without the sent ones; NULL for none. */
const remove = (bind: { image: Placeholder; accounts: Placeholder }) => {
  const rest = sql`nullif((SELECT json_group_array(value ORDER BY key) FROM json_each(coalesce(${images.acl}, '[]'))
    WHERE value NOT IN (SELECT value FROM json_each(${bind.accounts}))), '[]') AS "acl"`;
  return {
    set: { acl: sql`"change"."acl"` },
    from: computed(rest, sql`${bind.image}`),
    changes: sql`"change"."acl" IS NOT ${images.acl}`,
  };
};

export const removeAcl = imageChange<RemoveAclValues>(remove);

/** The same for an account that the image is shared with: it leaves. */
export const leave = imageChange<RemoveAclValues>((bind) => ({
  ...remove(bind),
  allowed: sql`${images.owner} <> ${bind.account} AND ${isActivated(images)} AND ${isSharedWith(images, bind.account)}`,
}));

/**
 * Ends the sharing of an image with accounts if the caller owns it, or is the only one that is named, in one batch.
 * Idempotent: safe to retry.
 */
export async function removeAclAccounts(
  db: Database,
  write: Write,
  accounts: readonly string[],
): Promise<WriteOutcome> {
  const text = JSON.stringify(accounts);
  const values = { ...toWriteValues(write), accounts: text };
  // One of the two is applied at most: the id of the write is the same.
  const left = {
    ...toWriteValues({ ...write, operation: "LeaveImage" }),
    accounts: isOnly(accounts, write) ? text : "[]",
  };
  const [removed, gone, outcome] = await db.batch([
    choose(removeAcl, write).with(values),
    choose(leave, write).with(left),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write, [...removed, ...gone]);
}

/** Whether the caller's account is the only one that is named. */
const isOnly = ([first, ...others]: readonly string[], { caller }: Write): boolean =>
  first === caller.account && others.length === 0;
