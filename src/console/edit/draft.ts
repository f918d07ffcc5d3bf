import { editableFields, type Image, type JsonObject, type Update } from "../api/image.ts";
import { isEqual } from "./equal.ts";
import { makeTagsDraft, readTags, type TagsDraft } from "./tag-rows.ts";
import { findFieldMistakes } from "./validate.ts";

/** The fields that are text, with their names for a person. */
export const textFields = {
  name: "Name",
  version: "Version",
  description: "Description",
  homepage: "Homepage",
  eula: "EULA",
} as const;

export type TextField = keyof typeof textFields;

/** An image while it is edited: text fields as they are typed, empty for absent. */
export type Draft = Record<TextField, string> & { tags: TagsDraft };

/** The draft of an image as it is. */
export const makeDraft = (image: Image): Draft => ({
  name: image.name,
  version: image.version,
  description: image.description ?? "",
  homepage: image.homepage ?? "",
  eula: image.eula ?? "",
  tags: makeTagsDraft(image.tags ?? {}),
});

/** What a draft changes, and what is wrong with it, field by field. */
export type Judged = { update: Update; mistakes: Readonly<Record<string, string>> };

/** What is sent is what differs; the service's own rules judge it. */
export function judgeDraft(draft: Draft, image: Image): Judged {
  const read = readTags(draft.tags);
  const sent: Record<string, unknown> = {
    name: draft.name,
    version: draft.version,
    description: draft.description || null,
    homepage: draft.homepage || null,
    eula: draft.eula || null,
    ...("tags" in read && { tags: read.tags }),
  };
  const update: Update = {};
  for (const field of editableFields) {
    if (field in sent && !isSame(field, sent[field], image[field])) update[field] = sent[field];
  }
  const mistakes = Object.keys(update).length > 0 ? findFieldMistakes(update) : {};
  return { update, mistakes: "mistake" in read ? { ...mistakes, tags: read.mistake } : mistakes };
}

/** An image that never had tags, and one whose tags are all gone, are the same to whoever edits. */
const isSame = (field: string, one: unknown, other: unknown): boolean =>
  isEqual(one, other ?? (field === "tags" ? ({} satisfies JsonObject) : null));
