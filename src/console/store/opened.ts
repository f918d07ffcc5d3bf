import type { Change, Versioned } from "../api/image.ts";
import type { Refusal } from "../api/refusal.ts";
import { type Edit, noEdit } from "../edit/edit.ts";

/** What was changed while the image was shown, as the feed told. `isOwn`: by the key that signs here, in another place. */
export type News = Pick<Change, "caller" | "time" | "revision" | "changes"> & { isOwn: boolean };

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
  /** What came after it, the newest last. */
  news: readonly News[];
};

/** An image that no view shows. */
export const unopened: Opened = {
  ...{ version: null, readAt: null, edit: noEdit, refusal: null, isLoading: false, isSaving: false },
  ...{ since: 0, news: [] },
};
