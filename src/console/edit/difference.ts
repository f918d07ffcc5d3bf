import type { Image, Update } from "../api/image.ts";
import { isEqual } from "./equal.ts";
import type { Difference } from "./merge.ts";

/** The fields that differ between two objects, in the order of the second. */
export function listDifferences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Difference[] {
  return [...new Set([...Object.keys(after), ...Object.keys(before)])]
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => !isEqual(change.before, change.after));
}

/** What an update would change of an image. */
export function listChanges(image: Image, update: Update): Difference[] {
  const before = Object.entries(image).filter(([field]) => field in update);
  return listDifferences(Object.fromEntries(before), update);
}

/** A part of a text that stayed, came or went. */
export type TextPart = { kind: "same" | "added" | "removed"; text: string };

/** Words compared with words; more would keep the page busy. */
const maxCompared = 250_000;

/** Of the shorter text, what at least must have stayed for a comparison word by word to be easier to read than both. */
const leastKept = 1 / 3;

/**
 * How one text becomes another, word by word: what went before what came. Common words between longer changes count as
 * changed; where little stayed, or both texts are long, the whole old text goes and the whole new one comes.
 */
export function splitTextDifference(before: string, after: string): TextPart[] {
  const [olds, news] = [splitWords(before), splitWords(after)];
  const start = countSame(olds, news);
  const end = countSame(olds.slice(start).reverse(), news.slice(start).reverse());
  const [oldRest, newRest] = [olds.slice(start, olds.length - end), news.slice(start, news.length - end)];
  const middle = oldRest.length * newRest.length > maxCompared ? replaceAll(oldRest, newRest) : align(oldRest, newRest);
  const stretches = absorbIslands([
    ...news.slice(0, start).map(makePart("same")),
    ...middle,
    ...news.slice(news.length - end).map(makePart("same")),
  ]);
  const kept = stretches.reduce((sum, { same }) => sum + countLetters(same), 0);
  const isRewritten = kept < leastKept * Math.min(countLetters(before), countLetters(after));
  return isRewritten
    ? [makePart("removed")(before), makePart("added")(after)]
    : stretches.flatMap(({ removed, added, same }) =>
        [makePart("removed")(removed), makePart("added")(added), makePart("same")(same)].filter(
          ({ text }) => text !== "",
        ),
      );
}

/** A change, and what stayed after it. */
type Stretch = { removed: string; added: string; same: string };

const measureChange = ({ removed, added }: Stretch): number => Math.max(removed.length, added.length);

/** Makes what stayed between two longer changes a part of one change. */
function absorbIslands(parts: readonly TextPart[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const next of listStretches(parts)) {
    let last = next;
    for (let before = stretches.at(-1); before && isIsland(before, last); before = stretches.at(-1)) {
      last = {
        removed: before.removed + before.same + last.removed,
        added: before.added + before.same + last.added,
        same: last.same,
      };
      stretches.pop();
    }
    stretches.push(last);
  }
  return stretches;
}

/** Whether what stayed between two changes is no longer than either of them. */
const isIsland = (before: Stretch, after: Stretch): boolean =>
  before.same.length <= Math.min(measureChange(before), measureChange(after));

function listStretches(parts: readonly TextPart[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { kind, text } of parts) {
    const last = stretches.at(-1);
    if (last && (kind === "same" || last.same === "")) last[kind] += text;
    else stretches.push({ removed: "", added: "", same: "", [kind]: text });
  }
  return stretches;
}

/** Blanks keep nothing of a text. */
const countLetters = (text: string): number => text.replace(/\s+/g, "").length;

/** Words, and what is between them. A version, a URL and a name with hyphens are one word each. */
const splitWords = (text: string): string[] =>
  text.match(/\s+|[\p{L}\p{N}_]+(?:[^\s\p{L}\p{N}_]+[\p{L}\p{N}_]+)*|[^\s\p{L}\p{N}_]/gu) ?? [];

function countSame(olds: readonly string[], news: readonly string[]): number {
  const at = olds.findIndex((word, index) => word !== news[index]);
  return at === -1 ? Math.min(olds.length, news.length) : at;
}

const makePart =
  (kind: TextPart["kind"]) =>
  (text: string): TextPart => ({ kind, text });

const replaceAll = (olds: readonly string[], news: readonly string[]): TextPart[] => [
  ...olds.map(makePart("removed")),
  ...news.map(makePart("added")),
];

/** By the longest common subsequence. */
function align(olds: readonly string[], news: readonly string[]): TextPart[] {
  const common = measureCommon(olds, news);
  const parts: TextPart[] = [];
  let [row, column] = [0, 0];
  while (row < olds.length && column < news.length) {
    const [old = "", text = ""] = [olds[row], news[column]];
    const kind = old === text ? "same" : common(row + 1, column) >= common(row, column + 1) ? "removed" : "added";
    parts.push({ kind, text: kind === "removed" ? old : text });
    if (kind !== "added") row += 1;
    if (kind !== "removed") column += 1;
  }
  return [...parts, ...replaceAll(olds.slice(row), news.slice(column))];
}

/** How many words two texts have in common, in order, from a word of each on. */
function measureCommon(olds: readonly string[], news: readonly string[]): (row: number, column: number) => number {
  const width = news.length + 1;
  const lengths = new Uint32Array((olds.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = olds.length - 1; row >= 0; row -= 1) {
    for (let column = news.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        olds[row] === news[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  return at;
}
