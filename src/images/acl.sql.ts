import { sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { images } from "../db/schema.ts";
import type { Placeholders } from "../db/statement.ts";
import { bindChange, changeStatements, imageChange, newValue, runBound, runChange } from "./image-write.sql.ts";
import { isActivated, isSharedWith, isVisible } from "./visibility.sql.ts";
import { toWriteValues, type Write, type WriteOutcome, type WriteValues } from "./write-outcome.sql.ts";

/** The stored accounts, then the new ones, each in order. Grouped: NOT IN would read all stored ones for each new one. */
export const addAcl = imageChange<WriteValues & { accounts: string; maxAcl: number }>((bind) => {
  const joined = sql`nullif((SELECT json_group_array(account ORDER BY place) FROM (
    SELECT account, min(place) AS place FROM (
      SELECT value AS account, key AS place FROM json_each(coalesce(${images.acl}, '[]'))
      UNION ALL SELECT value, 1000000000 + key FROM json_each(${bind.accounts})
    ) GROUP BY account)), '[]')`;
  return {
    values: { acl: joined },
    fits: sql`json_array_length(${newValue("acl")}) <= ${bind.maxAcl}`,
  };
});

/** Accounts to share an image with, and the most that its acl may have. */
export type Grants = { accounts: readonly string[]; maxAcl: number };

/** Shares an image with accounts if the caller owns it and one is new. */
export const writeGrants = (db: Database, write: Write, { accounts, maxAcl }: Grants): Promise<WriteOutcome> =>
  runChange(db, write, {
    change: addAcl,
    values: { ...toWriteValues(write), accounts: JSON.stringify(accounts), maxAcl },
  });

type RemoveAclValues = WriteValues & { accounts: string };

/** The stored accounts without the sent ones. NULL if none is left. */
const withoutAccounts = (bind: Placeholders<RemoveAclValues>) => {
  const rest = sql`nullif((SELECT json_group_array(value ORDER BY key) FROM json_each(coalesce(${images.acl}, '[]'))
    WHERE value NOT IN (SELECT value FROM json_each(${bind.accounts}))), '[]')`;
  return { values: { acl: rest }, neverGrows: true as const };
};

export const removeAcl = imageChange<RemoveAclValues>(withoutAccounts);

/** Removes the caller from the acl of another account's image. */
export const leave = changeStatements<RemoveAclValues>((bind) => ({
  ...withoutAccounts(bind),
  allowed: sql`${images.owner} <> ${bind.account} AND ${isActivated(images)} AND ${isSharedWith(images, bind.account)}`,
  unchanged: sql`${images.owner} <> ${bind.account} AND ${isVisible(images, bind.account)} AND NOT ${isSharedWith(images, bind.account)}
    AND ${bind.accounts} <> '[]'`,
}));

/** Removes accounts from an image's acl, if the caller owns the image or is the only account named. One batch. Idempotent: safe to retry. */
export function writeRemoval(db: Database, write: Write, accounts: readonly string[]): Promise<WriteOutcome> {
  const text = JSON.stringify(accounts);
  const isOnly = accounts.length === 1 && accounts[0] === write.caller.account;
  const values = { ...toWriteValues(write), accounts: text };
  const leaving = { ...toWriteValues({ ...write, operation: "LeaveImage" }), accounts: isOnly ? text : "[]" };
  // At most one of the two is applied: they have the same write id.
  const [own, left] = [bindChange(removeAcl, write, values), bindChange(leave, write, leaving)];
  return runBound(db, write, {
    changes: [...own.changes, ...left.changes],
    records: [...own.records, ...left.records],
    outcome: removeAcl.outcome,
    values,
  });
}
