import { editableFields, type Image, isJsonObject, type JsonObject, type Update } from "../api/image.ts";
import { isEqual } from "./equal.ts";
import { isSameTag, listKeys, listTagDifferences, mergeTags, readTag } from "./merge.ts";
import { addRow, isEmptyRow, makeRow, makeTagsDraft, readTags, type TagRow, type TagsDraft } from "./tag-rows.ts";

/** The fields that are text, with their names for a person. */
export const textFields = {
  name: "Name",
  version: "Version",
  description: "Description",
  homepage: "Homepage",
  eula: "EULA",
} as const;

export type TextField = keyof typeof textFields;

export const textNames = editableFields.filter((field) => field !== "tags");

/** A text that was typed, over the value that it is meant to replace. */
type TypedText = { text: string; over: unknown };

/** Tags while they are changed, over those that the changes are meant for. */
type TypedTags = { draft: TagsDraft; over: JsonObject };

type Side = "theirs" | "mine";

/** An update that this person sent, and the tags that it changed. */
type Sent = { update: Update; tags: ReadonlyMap<string, unknown> };

/**
 * What a person typed into an image and has not saved; all else is the image's. `sent`: what this person sent while it lasted,
 * answered or not, so that it is not taken for somebody else's. `choices`: who wins, over the value of theirs that was seen.
 */
export type Edit = {
  texts: Readonly<Partial<Record<TextField, TypedText>>>;
  tags: TypedTags | null;
  sent: readonly Sent[];
  choices: Readonly<Record<string, { side: Side; theirs: unknown }>>;
};

export const noEdit: Edit = { texts: {}, tags: null, sent: [], choices: {} };

/** A field, or one tag as `tags.KEY`, that both sides changed, each to another value. Undefined is a tag that is gone. */
export type Conflict = { field: string; was: unknown; theirs: unknown; mine: unknown; side: Side | null };

/** What an edit changes of its image, what is wrong with how its tags are typed, and where somebody else changed the same. */
export type Judged = {
  update: Update;
  mistakes: Readonly<Record<string, string>>;
  conflicts: readonly Conflict[];
  /** Whether anything would be lost with the edit. */
  isTyped: boolean;
};

/** What a text stands for: an empty one clears what can be cleared. */
const toValue = (field: TextField, text: string): string | null =>
  field === "name" || field === "version" ? text : text || null;

/** The text that a field shows. */
export const readText = (edit: Edit, image: Image, field: TextField): string =>
  edit.texts[field]?.text ?? image[field] ?? "";

/** The tags that are shown. */
export const readTagsDraft = (edit: Edit, image: Image): TagsDraft =>
  edit.tags?.draft ?? makeTagsDraft(image.tags ?? {});

/** The edit after somebody typed into a text field. */
export function typeText(edit: Edit, image: Image, { field, text }: { field: TextField; text: string }): Edit {
  const { [field]: before, ...others } = edit.texts;
  const typed = { text, over: before ? before.over : image[field] };
  return { ...edit, texts: isEqual(toValue(field, text), image[field]) ? others : { ...others, [field]: typed } };
}

/** The edit after somebody changed the tags. */
export const typeTags = (edit: Edit, image: Image, draft: TagsDraft): Edit => ({
  ...edit,
  tags: { draft, over: edit.tags?.over ?? image.tags ?? {} },
});

/** The edit after somebody chose who wins. */
export const choose = (edit: Edit, { field, theirs }: Conflict, side: Side): Edit => ({
  ...edit,
  choices: { ...edit.choices, [field]: { side, theirs } },
});

/** The edit once what was typed is given up. */
export const discard = ({ sent }: Edit): Edit => ({ ...noEdit, sent });

/** The edit once an update of an image is on its way. */
export function noteSent(edit: Edit, image: Image, update: Update): Edit {
  const [before, after] = [image.tags ?? {}, isJsonObject(update.tags) ? update.tags : (image.tags ?? {})];
  const tags = new Map(listTagDifferences(before, after).map((changed) => [changed.field, changed.after]));
  return { ...edit, sent: [...edit.sent, { update, tags }] };
}

/** The edit once an update that was sent was refused. */
export const noteRefused = (edit: Edit, update: Update): Edit => ({
  ...edit,
  sent: edit.sent.filter((each) => each.update !== update),
});

/** The edit once an update that was sent is acknowledged, whatever was typed or changed by others since. */
export function noteSaved(edit: Edit, update: Update, image: Image): Edit {
  // What it said was stored, though the image may be somebody's later one.
  const stored = rebase(edit, { ...image, ...update } as Image); // as: what was stored is valid; null stands for absent
  return rebase({ ...stored, sent: [] }, image);
}

/** What an edit would change of its image. */
export function judgeEdit(edit: Edit, image: Image): Judged {
  const conflicts = [...listTextConflicts(edit, image), ...listTagConflicts(edit, image)];
  const lost = new Set(conflicts.filter(({ side }) => side === "theirs").map(({ field }) => field));
  const update: Update = {};
  for (const field of textNames) {
    const typed = edit.texts[field];
    if (typed && !lost.has(field)) update[field] = toValue(field, typed.text);
  }
  const read = edit.tags && readTags(edit.tags.draft);
  if (edit.tags && read && "tags" in read) {
    const theirs = image.tags ?? {};
    const sides = { was: edit.tags.over, theirs, mine: read.tags };
    const tags = mergeTags(sides, (key) => lost.has(`tags.${key}`));
    if (!isEqual(tags, theirs)) update.tags = tags;
  }
  const isEmpty = Object.keys(update).length === 0;
  const mistakes = { ...(read && "mistake" in read && { tags: read.mistake }) };
  return { update, mistakes, conflicts, isTyped: !isEmpty || lost.size > 0 || "tags" in mistakes };
}

function listTextConflicts({ texts, choices }: Edit, image: Image): Conflict[] {
  return textNames.flatMap((field) => {
    const typed = texts[field];
    const theirs = image[field] ?? null;
    if (!typed || isEqual(typed.over, theirs)) return [];
    return { field, was: typed.over, theirs, mine: toValue(field, typed.text), side: findSide(choices[field], theirs) };
  });
}

function listTagConflicts({ tags, choices }: Edit, image: Image): Conflict[] {
  const read = tags && readTags(tags.draft);
  if (!tags || !read || "mistake" in read) return [];
  return listKeys(read.tags, tags.over).flatMap((key) => {
    const [was, theirs, mine] = [tags.over, image.tags ?? {}, read.tags].map((side) => readTag(side, key));
    if (isSameTag(was, theirs) || isSameTag(theirs, mine) || isSameTag(was, mine)) return [];
    const field = `tags.${key}`;
    return { field, was, theirs, mine, side: findSide(choices[field], theirs) };
  });
}

/** A choice holds for the value that it was made over. */
const findSide = (choice: Edit["choices"][string] | undefined, theirs: unknown): Side | null =>
  choice && isSameTag(choice.theirs, theirs) ? choice.side : null;

/**
 * The edit over another state of its image, whoever made it. What nobody typed follows the image; what is typed stays, until the
 * image has it.
 */
export function rebase(edit: Edit, image: Image): Edit {
  const texts: Partial<Record<TextField, TypedText>> = {};
  for (const field of textNames) {
    const typed = edit.texts[field];
    if (!typed || isEqual(toValue(field, typed.text), image[field])) continue;
    const isOwn = edit.sent.some(({ update }) => field in update && isEqual(update[field], image[field]));
    texts[field] = isOwn ? { ...typed, over: image[field] } : typed;
  }
  const tags = edit.tags && rebaseTags(edit.tags, image.tags ?? {}, edit.sent);
  return { ...edit, texts, tags };
}

/** Tags that cannot be read stay as they are, over what they were: they are merged once they can be read. */
function rebaseTags(typed: TypedTags, theirs: JsonObject, sent: readonly Sent[]): TypedTags | null {
  const read = readTags(typed.draft);
  if ("mistake" in read) return typed;
  const isOwn = (key: string, value: unknown) =>
    sent.some(({ tags }) => tags.has(key) && isSameTag(tags.get(key), value));
  let next = typed;
  let isTyped = false;
  for (const key of listKeys(typed.over, theirs, read.tags)) {
    const [was, their, mine] = [typed.over, theirs, read.tags].map((side) => readTag(side, key));
    if (isSameTag(mine, was)) next = follow(next, key, their);
    else if (isSameTag(mine, their)) next = { ...next, over: setTag(next.over, key, their) };
    else {
      isTyped = true;
      if (isOwn(key, their)) next = { ...next, over: setTag(next.over, key, their) };
    }
  }
  if (isTyped) return next;
  const { draft } = typed;
  if (draft.mode === "rows") return draft.rows.some(isEmptyRow) ? next : null;
  return isEqual(read.tags, theirs)
    ? next
    : { draft: { mode: "json", text: JSON.stringify(theirs, null, 2) }, over: theirs };
}

/** A tag that nobody typed follows theirs. JSON text stays as it is typed: what it does not change is theirs when it is saved. */
function follow(typed: TypedTags, key: string, their: unknown): TypedTags {
  if (typed.draft.mode === "json" || isSameTag(readTag(typed.over, key), their)) return typed;
  return { draft: { mode: "rows", rows: setRow(typed.draft.rows, key, their) }, over: setTag(typed.over, key, their) };
}

function setTag(tags: JsonObject, key: string, value: unknown): JsonObject {
  const next = new Map(Object.entries(tags));
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return Object.fromEntries(next);
}

function setRow(rows: readonly TagRow[], key: string, value: unknown): TagRow[] {
  if (value === undefined) return rows.filter((row) => isEmptyRow(row) || row.key !== key);
  const row = makeRow(key, value);
  const isThere = rows.some((each) => each.key === key && !isEmptyRow(each));
  if (!isThere) return addRow(rows, row);
  return rows.map((each) => (each.key === key && !isEmptyRow(each) ? { ...row, id: each.id } : each));
}

/** The edit after theirs won where somebody chose so: what was typed there goes. */
export function takeTheirs(edit: Edit, image: Image): Edit {
  let next = edit;
  for (const { field, theirs, side } of judgeEdit(edit, image).conflicts) {
    if (side !== "theirs") continue;
    if (next.tags && field.startsWith("tags.")) next = { ...next, tags: takeTag(next.tags, field.slice(5), theirs) };
    else next = { ...next, texts: Object.fromEntries(Object.entries(next.texts).filter(([name]) => name !== field)) };
  }
  return rebase(next, image);
}

function takeTag({ draft, over }: TypedTags, key: string, theirs: unknown): TypedTags {
  const next = setTag(over, key, theirs);
  if (draft.mode === "rows") return { draft: { mode: "rows", rows: setRow(draft.rows, key, theirs) }, over: next };
  const read = readTags(draft);
  const tags = "tags" in read ? setTag(read.tags, key, theirs) : {};
  return { draft: { mode: "json", text: JSON.stringify(tags, null, 2) }, over: next };
}
