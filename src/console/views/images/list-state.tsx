import type { ImageList } from "../../store/image-rows.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { formatClock } from "../../ui/time.tsx";
import type { Scope } from "./access.ts";
import { findReadAt, isReadAgain } from "./read-again.ts";

type Counts = { shown: number; inScope: number };

/** How many images there are, as far as that is known; null while none came. */
export function formatCounts({ state, refusal, images }: ImageList, { shown, inScope }: Counts): string | null {
  if (state === "read") return `${shown} of ${inScope} images`;
  if (images.length === 0) return null;
  return refusal ? `${images.length} images came. The list is not whole.` : `Loading… ${images.length} so far`;
}

/** A list that is shown, and how to read it again. */
type Shown = { list: ImageList; readAgain: () => void };

/**
 * Why the list, or what changed in it, was not read, and from when what is shown is.
 *
 * @param isFollowed whether the feed tells of its changes
 */
export function ListNotLoaded({
  store,
  list,
  isFollowed,
  readAgain,
}: Shown & { store: ImageStore; isFollowed: boolean }) {
  const { feedRefusal, followedAt } = store;
  const isRead = list.state === "read" && list.refusal === null;
  const reload = () => {
    if (!isRead) readAgain();
    else if (isFollowed) void store.poll();
  };
  const readAt = findReadAt(list, isFollowed ? followedAt : null);
  return (
    <NotLoaded
      what="the list"
      loaded={{ refusal: list.refusal ?? (isRead && isFollowed ? feedRefusal : null), reload }}
      readAt={readAt === null ? null : new Date(readAt).toISOString()}
    />
  );
}

/** When images were read of whose changes no feed tells. */
export function ReadAt({ list, readAgain, isByItself }: Shown & { isByItself: boolean }) {
  if (list.readAt === null) return null;
  return (
    <p class="quiet">
      Read at {formatClock(list.readAt)} ·{" "}
      <button type="button" class="plain" aria-disabled={list.isReading} onClick={() => !list.isReading && readAgain()}>
        {list.isReading ? "Reading…" : "Read again"}
      </button>
      {isByItself && !isReadAgain(list) && " · So many images are not read again by themselves."}
    </p>
  );
}

const nothing: Readonly<Record<Scope, string>> = {
  mine: "You own no images yet. Clone one that is shared with you, or have the operator provision yours.",
  shared: "Nobody shares a private image with you.",
  public: "There are no public images of others.",
  deleted: "None of the images that you deleted still has a history.",
};

type NothingProps = { scope: Scope; isFiltered: boolean; onClear: () => void };

/** A list that was read, and has nothing to show. */
export const Nothing = ({ scope, isFiltered, onClear }: NothingProps) =>
  isFiltered ? (
    <div class="panel">
      <p>No image matches the search and the filters.</p>
      <button type="button" onClick={onClear}>
        Clear the search and the filters
      </button>
    </div>
  ) : (
    <p class="panel">{nothing[scope]}</p>
  );
