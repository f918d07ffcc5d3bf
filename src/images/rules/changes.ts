import { CloudApiError } from "../../errors.ts";
import type { Release } from "../../releases.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { maxPageBytes } from "../../tables.ts";
import { makeNotAllowed } from "../../text.ts";
import type { ChangeRow, Feed } from "../list-changes.sql.ts";
import { measureChanges, pickEarlier, readPageLimit, renderChanges, renderEntry } from "./audit.ts";
import { readSingle } from "./list-filters.ts";

/** The feed of an account's changes. docs/contract.md#changes */

/** A place in an account's feed, and the write that is there. Empty for a place that stands before all that the feed has. */
export type Cursor = { account: string; sequence: number; writeId: string };

const maxCursorCharacters = 256;

/** Formats a cursor: clients keep it as it is. */
export const formatCursor = ({ account, sequence, writeId }: Cursor): string =>
  btoa(`${account} ${sequence} ${writeId}`).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const cursorShape = /^(\S+) (0|[1-9][0-9]{0,14}) ([!-~]*)$/;

function parseCursor(sent: string): Cursor | undefined {
  if (sent.length > maxCursorCharacters || !/^[\w-]+$/.test(sent)) return undefined;
  try {
    const [, account = "", sequence, writeId = ""] =
      cursorShape.exec(atob(sent.replaceAll("-", "+").replaceAll("_", "/"))) ?? [];
    return sequence === undefined ? undefined : { account, sequence: Number(sequence), writeId };
  } catch {
    return undefined;
  }
}

/** The parameters of ListChanges. */
export const changesParameters = ["after", "limit"] as const;

/** A page that is asked for. `after`: null for the oldest that the feed has. */
export type ChangesRequest = { after: Cursor | null; limit: number };

/** @throws {CloudApiError} InvalidArgument: `limit` is not allowed; `after` is no cursor, or another account's */
export function readChangesRequest(query: RequestParameters, account: string): ChangesRequest {
  const limit = readPageLimit(query);
  const sent = readSingle(query, "after");
  if (sent === null) return { after: null, limit };
  const after = parseCursor(sent);
  if (after?.account === account) return { after, limit };
  throw makeNotAllowed("after is a cursor of this account's changes", sent);
}

/**
 * Checks that everything after the cursor is in the feed: a client that goes on has missed nothing.
 *
 * @throws {CloudApiError} CursorExpired with `Oldest-Cursor`: something after it was removed, or the database was restored to
 * an earlier moment
 */
export function assertInFeed(after: Cursor | null, { newest, removed, writeThere }: Feed, account: string): void {
  if (after === null) return;
  const { sequence, writeId } = after;
  // What stood at the highest removed place cannot be compared any more, and nothing after it is missing.
  const isKnown = writeThere === writeId || (writeThere === null && sequence === removed) || writeId === "";
  if (sequence >= removed && sequence <= newest && isKnown) return;
  throw new CloudApiError(
    "CursorExpired",
    "changes after this cursor are not in the feed any more; read all images again, and go on from Oldest-Cursor",
    { headers: { "Oldest-Cursor": formatCursor({ account, sequence: removed, writeId: "" }) } },
  );
}

/** Formats the cursor of the newest place: what follows it is committed later. Only of a feed that was asked for without `after`. */
export const formatNewest = ({ newest, writeThere }: Feed, account: string): string =>
  formatCursor({ account, sequence: newest, writeId: writeThere ?? "" });

/** Renders a page of the feed: the audit's entry of each revision with its image and cursor. */
export function renderFeed(
  changes: readonly ChangeRow[],
  { account, release }: { account: string; release: Release },
): Record<string, unknown>[] {
  const entries: Record<string, unknown>[] = [];
  let bytes = 0;
  for (const { after, writeId, sequence, isFirst, ...row } of changes) {
    if (bytes > maxPageBytes || after === null) break;
    const earlier = { ...after, ...pickEarlier(row) };
    entries.push({
      ...renderEntry(row),
      image: row.image,
      changes: renderChanges(row, { before: isFirst ? null : earlier, after, release }),
      cursor: formatCursor({ account, sequence, writeId }),
    });
    bytes += isFirst
      ? measureChanges({ ...row, changed: null }, after)
      : measureChanges(row, earlier) + measureChanges(row, after);
  }
  return entries;
}
