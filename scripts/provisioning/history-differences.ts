import { countBytes } from "../../src/images/rules/tags.ts";
import { longColumns, manifestColumnNames } from "../../src/tables.ts";
import { revisionOverheadBytes } from "../schema/triggers.ts";
import type { HistoryRow, StoredRevision } from "./history-entry.ts";
import { manifestOf, omitUnset } from "./manifest.ts";

/** Between the revisions of an export, which are whole images, and those that are stored, which are differences. */

type JsonObject = Record<string, unknown>;

type Columns = Readonly<Record<string, unknown>>;

/** Bytes of a stored value, as SQLite's `octet_length` counts them. */
const measure = (value: unknown): number =>
  value === null || value === undefined ? 0 : countBytes(String(typeof value === "boolean" ? Number(value) : value));

/** Makes the rows to store of a history: each has the values that it replaced. The reverse of `rebuildHistory`. */
export function makeDifferences(history: readonly HistoryRow[]): StoredRevision[] {
  let total_bytes = 0;
  return history.map(({ before: own, ...row }, at) => {
    const last = history[at - 1];
    const before: Columns | undefined = last ?? own;
    const differing = before ? manifestColumnNames.filter((name) => before[name] !== row[name]) : [];
    const earlier = manifestColumnNames.map((name) => [
      name,
      differing.includes(name) ? (before?.[name] ?? null) : null,
    ]);
    const bytes = differing.reduce(
      (sum, name) => sum + measure(before?.[name]),
      revisionOverheadBytes + measure(row.key_scope),
    );
    total_bytes += bytes;
    const stored = {
      ...row,
      ...Object.fromEntries(earlier),
      changed: before ? differing.join(", ") : row.changed,
      is_cut: last ? last.revision !== row.revision - 1 : !own && row.changed !== null,
      holder: row.operation === "provision" ? null : row.owner,
      feed: row.owner,
      left_feed: before && before["owner"] !== row.owner ? before["owner"] : null,
      bytes,
      total_bytes,
    };
    return stored as StoredRevision; // `earlier` has every column of the manifest.
  });
}

/** An entry leaves a text out that is longer, and the same in the next one: a small revision of a large image is small. */
const maxRepeated = 1000;

/** A revision as an entry has it: the image as it left it, without the fields that are `same` in the next entry. */
export type RebuiltRevision = {
  row: StoredRevision;
  image: Columns;
  same: readonly string[];
  /** The image before, in the oldest one if it is not the first revision. */
  before?: Columns;
};

/** Rebuilds the stored revisions of an image, the oldest first. */
export function rebuildHistory(image: Columns, revisions: readonly StoredRevision[]): RebuiltRevision[] {
  const rebuilt: RebuiltRevision[] = [];
  let after = image;
  let next: Columns | undefined;
  for (const row of revisions.toReversed()) {
    const same = longColumns.filter((name) => String(after[name]).length > maxRepeated && after[name] === next?.[name]);
    rebuilt.unshift({ row, image: { ...after, ...Object.fromEntries(same.map((name) => [name, null])) }, same });
    next = after;
    const changed = row.changed?.split(", ") ?? [];
    after = { ...after, ...Object.fromEntries(Object.entries(row).filter(([name]) => changed.includes(name))) };
  }
  const [oldest] = rebuilt;
  if (oldest && oldest.row.changed !== null && !oldest.row.is_cut) oldest.before = after;
  return rebuilt;
}

/** Renders a revision as an entry that `readHistory` reads back. Unset fields are absent. */
export const historyOf = ({ row, image, same, before }: RebuiltRevision): JsonObject =>
  omitUnset({
    revision: row.revision,
    time: new Date(row.time).toISOString(),
    operation: row.operation,
    account: row.account,
    keySha256: row.key_sha256,
    requestId: row.request_id,
    keyScope: row.key_scope,
    changed: row.changed?.split(", ").filter(Boolean),
    writeId: row.write_id,
    requestHash: row.request_hash,
    attemptId: row.attempt_id,
    image: manifestOf(image),
    same: same.length > 0 ? same : undefined,
    before: before && manifestOf(before),
  });
