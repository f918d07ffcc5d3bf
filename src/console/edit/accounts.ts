import { fold, type Names } from "../names.ts";
import { findAccountMistake } from "./validate.ts";

/** The accounts of a pasted list, each once, or why it cannot be taken. */
export type ReadAccounts = { accounts: string[] } | { mistake: string };

/** As many as stay well below the 100 000 bytes that a request may have. docs/contract.md#body */
export const maxAccountsSent = 2000;

/** Accounts in parts that each fit into one request. */
export const splitAccounts = (accounts: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(accounts.length / maxAccountsSent) }, (_, at) =>
    accounts.slice(at * maxAccountsSent, (at + 1) * maxAccountsSent),
  );

/** Reads account UUIDs that blanks, commas or lines separate. */
export function readAccounts(text: string): ReadAccounts {
  const entries = text.split(/[\s,;]+/).filter((entry) => entry !== "");
  if (entries.length === 0) return { mistake: "Enter the UUID of an account." };
  const bad = entries.filter((entry) => findAccountMistake(entry) !== undefined);
  const [first = ""] = bad;
  if (bad.length === 0) return { accounts: [...new Set(entries)] };
  const shown = first.length > 40 ? `${first.slice(0, 40)}…` : first;
  const others = bad.length > 1 ? ` and ${bad.length - 1} more are` : " is";
  return { mistake: `"${shown}"${others} no account UUID. ${findAccountMistake(first) ?? ""}` };
}

/**
 * What is left of a pasted list once some of its accounts are shared with: they go, whether by UUID or by name, with what
 * separates them from the next. All else stays as it was typed, also what was typed since.
 */
export function takeOut(text: string, shared: readonly string[], names: Names): string {
  const gone = new Set(shared.flatMap((account) => [account, fold(names.get(account) ?? account)]));
  const isGone = (entry: string) => gone.has(entry) || gone.has(fold(entry.trim().replace(/\s+/g, " ")));
  return (
    text
      // A name may have blanks in it, so whole lines come first.
      .replace(/([^\r\n,;]+)[\r\n,;]*/g, (all, entry: string) => (isGone(entry) ? "" : all))
      .replace(/([^\s,;]+)[\s,;]*/g, (all, entry: string) => (isGone(entry) ? "" : all))
      .replace(/^[\s,;]+/, "")
  );
}
