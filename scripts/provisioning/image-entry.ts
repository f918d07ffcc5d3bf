import { findOldTypeMistake } from "./cloudapi-images.ts";
import { type HistoryRow, readHistory } from "./history-entry.ts";
import { type ImageRow, manifestFields, readManifest } from "./manifest.ts";

/** An image as it is to be stored, with its revisions where the file has them, the oldest first. */
export type ImageEntry = { row: ImageRow; history: readonly HistoryRow[] };

/** The fields of an entry that are read, but for `revision`, which is read with `history` alone. */
export const imageFields: ReadonlySet<string> = new Set([...manifestFields, "history"]);

const hasHistory = (entry: unknown): entry is { history: unknown; revision?: unknown } =>
  typeof entry === "object" && entry !== null && "history" in entry;

/** An image, or everything that is wrong with its entry. */
export function readImage(entry: unknown): { row?: ImageEntry; mistakes: readonly string[] } {
  const { row, mistakes } = readManifest(entry, { isStored: hasHistory(entry) });
  if (!row) return { mistakes };
  const oldType = findOldTypeMistake(row.type);
  const history = hasHistory(entry) ? readHistory(entry, row) : { rows: [], mistakes: [] };
  return { row: { row, history: history.rows }, mistakes: [...mistakes, ...oldType, ...history.mistakes] };
}
