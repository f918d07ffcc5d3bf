import { type Change, toJsonObject, type Versioned } from "../api/image.ts";
import type { Refusal } from "../api/refusal.ts";
import { type Conflict, type Edit, noEdit } from "../edit/edit.ts";
import { isEqual } from "../edit/equal.ts";
import { readTag } from "../edit/merge.ts";

/** A change of an image, as the feed told. `isOwn`: by the key that signs here. `isHere`: by this page, as far as it knows. */
export type News = Pick<Change, "caller" | "time" | "revision" | "changes"> & { isOwn: boolean; isHere: boolean };

/** An image that a view shows, and what is typed into it. */
export type Opened = {
  /** Null until it came. */
  version: Versioned | null;
  edit: Edit;
  /** When it came last, ISO 8601. */
  readAt: string | null;
  /** Why it did not come. */
  refusal: Refusal | null;
  isLoading: boolean;
  isSaving: boolean;
  /** The revision that the person saw first, or saved last. */
  since: number;
  /** The newest changes that the feed told while the image was known, the last one last. */
  told: readonly News[];
};

export const unopened: Opened = {
  ...{ version: null, readAt: null, edit: noEdit, refusal: null, isLoading: false, isSaving: false },
  ...{ since: 0, told: [] },
};

/** How many changes are kept of an image. */
export const maxTold = 40;

/** What the person does not know yet: done in another place, since the revision that was seen. */
export const listNews = ({ told, since }: Opened): News[] =>
  told.filter(({ revision, isHere }) => !isHere && revision > since);

/** Who wrote a value: the key that signs here, another one, or it is not known. */
export type Author = "self" | "other" | "unknown";

/** Who wrote their value of a conflict, as far as the feed told. */
export function findAuthor({ field, theirs }: Conflict, told: readonly News[]): Author {
  const [name = "", ...key] = field.split(".");
  const tag = key.join(".");
  // A change of one tag shows them all.
  const read = (value: unknown) => (name === "tags" ? readTag(toJsonObject(value), tag) : value);
  const made = told.findLast(({ changes: { [name]: change } }) => {
    if (!change) return false;
    const [before, after] = [read(change.before), read(change.after)];
    return !isEqual(before, after) && isEqual(after, theirs);
  });
  return made ? (made.isOwn ? "self" : "other") : "unknown";
}
