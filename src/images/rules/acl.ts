import * as z from "zod/mini";
import { describeSent, parseJsonOr, showValue, uuidShape } from "../../text.ts";

/** The most accounts of any acl: each takes 39 bytes of a row, and a row of D1 holds 2 MB. */
export const maxAclAccounts = 10_000;

const rule = "acl is an array of account UUIDs in lower case, or null";

/** The most accounts of an image's acl. @param maxAccounts as configured. 0: only the limit of the row */
export const findMaxAcl = (maxAccounts: number): number =>
  maxAccounts === 0 ? maxAclAccounts : Math.min(maxAccounts, maxAclAccounts);

/** A set of account UUIDs in the order of the request. The published page types it String: see `parseText`. */
function makeAccounts(maxAccounts: number) {
  const most = findMaxAcl(maxAccounts);
  return z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? parseText(input) : input)),
    z.pipe(
      z
        .custom<string[]>((input) => Array.isArray(input) && input.every(isUuid), {
          error: ({ input }) => describeMistake(input),
          abort: true,
        })
        .check(
          z.refine((uuids) => new Set(uuids).size <= most, {
            error: ({ input }) => describeTooMany(most, new Set(Array.isArray(input) ? input : []).size, "were sent"),
          }),
        ),
      z.transform((uuids) => [...new Set(uuids)]),
    ),
  );
}

/** The refusal of a set that is too large. @param counted the end of the sentence, such as "were sent" */
export const describeTooMany = (most: number, count: number, counted: string): string =>
  `acl is at most ${most} accounts; ${count} ${counted}`;

/** The acl as its column stores it. NULL for no account. */
export const makeAcl = (maxAccounts: number) =>
  z.nullable(
    z.pipe(
      makeAccounts(maxAccounts),
      z.transform((uuids) => (uuids.length > 0 ? JSON.stringify(uuids) : null)),
    ),
  );

/** The accounts that a request adds to an acl, or removes from it. */
export const makeAccountsSchema = ({ maxAcl }: { maxAcl: number }) => z.object({ acl: makeAccounts(maxAcl) });

/** Names the first entry that is no account UUID; if there are no entries, the rule. */
function describeMistake(input: unknown): string {
  const entries = typeof input === "string" && !input.trimStart().startsWith("[") ? splitText(input) : input;
  const at = Array.isArray(entries) ? entries.findIndex((entry) => !isUuid(entry)) : -1;
  if (!Array.isArray(entries) || at === -1) return `${rule}; ${describeSent(input)}`;
  return `acl[${at}]: ${showValue(entries[at])} is not an account UUID in lower case`;
}

const splitText = (text: string): string[] => text.split(",").map((part) => part.trim());

const isUuid = (value: unknown): boolean => typeof value === "string" && uuidShape.test(value);

/** Parses one UUID, UUIDs with commas between them, or a JSON array (ours). Other text stays text, and is refused. */
function parseText(text: string): unknown {
  if (text.trimStart().startsWith("[")) return parseJsonOr(text);
  const uuids = splitText(text);
  return uuids.every(isUuid) ? uuids : text;
}

export const parseAcl = (acl: string | null): string[] => (acl === null ? [] : JSON.parse(acl));
