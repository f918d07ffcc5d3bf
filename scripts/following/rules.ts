import type { UpdatableField as Field } from "../../src/tables.ts";
import { isObject } from "../../src/text.ts";

/** What following does with a change of an image. Pure. docs/changes.md#change-once-follow-everywhere */

/** The fields that UpdateImage takes, each with the value that clears it in every Triton. docs/contract.md#fields */
const clearing: Readonly<Record<Field, unknown>> = {
  name: null,
  version: null,
  description: null,
  homepage: null,
  eula: null,
  acl: [],
  tags: {},
};

export type { Field };

/** The fields that are copied. */
const fields = Object.keys(clearing) as readonly Field[];

/** An image, or some of its fields, as CloudAPI shows it: what is not set is absent. */
export type Image = Readonly<Record<string, unknown>>;

/** Values by field. */
export type Values<Value = unknown> = Partial<Record<Field, Value>>;

type Changed = { before: unknown; after: unknown };

/** An entry of the feed. docs/contract.md#changes */
export type Entry = { image: string; revision: number; cursor: string; changes: Readonly<Record<string, Changed>> };

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A cursor is one visible word. */
const cursorShape = /^[!-~]{1,256}$/;

const isText = (value: unknown, shape: RegExp): value is string => typeof value === "string" && shape.test(value);

/** Whether the value is an image's id, which goes into paths. */
export const isImageId = (value: unknown): value is string => isText(value, uuid);

/** Whether the value is a cursor, which goes into a file. */
export const isCursor = (value: unknown): value is string => isText(value, cursorShape);

/** Whether an answer's item is an entry. */
export const isEntry = (item: unknown): item is Entry =>
  isObject(item) &&
  isImageId(item["image"]) &&
  Number.isSafeInteger(item["revision"]) &&
  isCursor(item["cursor"]) &&
  isObject(item["changes"]) &&
  Object.values(item["changes"]).every(isObject);

/** JSON whose objects have their keys in one order. */
const toCanonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isObject(part) ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1))) : part,
  );

/** A value as text to compare: Tritons differ in how they show what is empty, and in the order of acl and tags. */
function normalize(field: Field, value: unknown): string {
  const isEmpty = value === undefined || value === "" || ["[]", "{}"].includes(JSON.stringify(value));
  if (isEmpty) return "null";
  return toCanonical(field === "acl" && Array.isArray(value) ? [...new Set(value)].sort() : value);
}

/** Whether two values of a field mean the same. */
export const isSame = (field: Field, one: unknown, other: unknown): boolean =>
  normalize(field, one) === normalize(field, other);

/** Whether an entry shows an image as it came to the account, or to the history: nothing is known of it before. */
export const isFirst = ({ changes }: Entry): boolean => changes["owner"]?.before === null;

/** The changed fields that UpdateImage cannot set. */
export const listNotCopied = ({ changes }: Entry): string[] =>
  Object.keys(changes).filter((name) => !Object.hasOwn(clearing, name));

/** How two images differ in the fields that are copied. */
export const compareImages = (source: Image, target: Image): Values<{ source: unknown; target: unknown }> =>
  Object.fromEntries(
    fields
      .filter((field) => !isSame(field, source[field], target[field]))
      .map((field) => [field, { source: source[field] ?? null, target: target[field] ?? null }]),
  );

/** The image as the entry shows it, of an entry that {@link isFirst}. */
export const readFirst = ({ changes }: Entry): Image =>
  Object.fromEntries(Object.entries(changes).map(([name, { after }]) => [name, after]));

/** What the follower knows of an image from comparing it: at which revision, and in which fields both were the same. */
export type Known = { revision: number; same: ReadonlySet<string> };

/** What both images had in common. @param revision of the source's */
export function makeKnown(revision: number, differences: Values): Known {
  return { revision, same: new Set(fields.filter((field) => !(field in differences))) };
}

/** What to send to the target, what to overwrite by it, and what to leave alone. */
export type Judgement = {
  update: Values;
  overwritten: Field[];
  conflicts: Values<Changed & { found: unknown }>;
};

/**
 * Judges a change by what the target has: a field with the value from before gets the new one, one with the new value is
 * done, and any other is a conflict.
 *
 * @param found the target's image
 * @param overwrite whether a conflict gets the new value too
 */
export function judge({ changes }: Pick<Entry, "changes">, found: Image, { overwrite = false } = {}): Judgement {
  const judged: Judgement = { update: {}, overwritten: [], conflicts: {} };
  for (const field of fields) {
    const changed = changes[field];
    if (!changed || isSame(field, found[field], changed.after)) continue;
    const isConflict = !isSame(field, found[field], changed.before);
    if (isConflict && !overwrite) {
      judged.conflicts[field] = { ...changed, found: found[field] ?? null };
      continue;
    }
    if (isConflict) judged.overwritten.push(field);
    judged.update[field] = changed.after ?? clearing[field];
  }
  return judged;
}

/**
 * What is left to do of a change that was made before its image was compared: nothing in the fields that were the same.
 */
export const leaveOutKnown = (entry: Entry, { same }: Known): Entry => ({
  ...entry,
  changes: Object.fromEntries(Object.entries(entry.changes).filter(([name]) => !same.has(name))),
});

/** The cursors of a file, by the name of who reads: a target, or "" for the lines. */
export type Cursors = ReadonlyMap<string, string>;

/** Reads a cursor file: one line for each reader, its cursor and its name. Undefined if the text is none. */
export function parseCursors(text: string): Map<string, string> | undefined {
  const lines = text.split("\n").map((line) => line.split(" "));
  const end = lines.pop();
  const isGood = lines.every(([cursor = "", name = "x", ...more]) => isCursor(cursor) && name && !more.length);
  if (!isGood || lines.length === 0 || end?.join() !== "") return undefined;
  return new Map(lines.map(([cursor = "", name = ""]) => [name, cursor]));
}

/** The text of a cursor file. */
export const formatCursors = (cursors: Cursors): string =>
  [...cursors].map(([name, cursor]) => `${cursor}${name && ` ${name}`}\n`).join("");
