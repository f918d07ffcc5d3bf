import type { Refusal } from "../../api/refusal.ts";
import type { ImageList } from "../../store/image-rows.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { formatClock } from "../../ui/time.tsx";
import type { Scope } from "./access.ts";
import { isReadAgain } from "./read-again.ts";

type Counts = { shown: number; inScope: number };

/** How many images there are: as far as that is known. */
export function formatCounts({ state, refusal, images }: ImageList, { shown, inScope }: Counts): string {
  if (state === "read") return `${shown} of ${inScope} images`;
  if (!refusal) return images.length === 0 ? "Loading…" : `Loading… ${images.length} so far`;
  return images.length === 0 ? "" : `${images.length} images came. The list is not whole.`;
}

/** Why the list, or what changed in it, was not read, and from when what is shown is. */
export function ListRefusal({ store }: { store: ImageStore }) {
  const { refusal, readAt } = store.list;
  if (refusal) {
    const reload = () => void store.readList({ again: true });
    return <RefusalNotice refusal={refusal} {...describeAge(refusal, readAt)} onRetry={reload} />;
  }
  const { feedRefusal, followedAt, list } = store;
  if (!feedRefusal || list.state !== "read") return null;
  const age = describeAge(feedRefusal, followedAt ?? readAt);
  return <RefusalNotice refusal={feedRefusal} {...age} onRetry={() => void store.poll()} />;
}

/** What to do, where the usual words do not fit. */
function describeAge({ status }: Refusal, readAt: number | null): { advice?: string } {
  const sentences = [
    ...(readAt === null ? [] : [`What is shown was read at ${formatClock(readAt)}.`]),
    ...(status === 0 ? ["The list is read as soon as the network is back."] : []),
  ];
  return sentences.length === 0 ? {} : { advice: sentences.join(" ") };
}

/** When the images of others were read: no feed tells of their changes. */
export function ReadAt({ store }: { store: ImageStore }) {
  const { list } = store;
  if (list.readAt === null) return null;
  return (
    <p class="quiet">
      Read at {formatClock(list.readAt)} ·{" "}
      <button
        type="button"
        class="plain"
        aria-disabled={list.isReading}
        onClick={() => !list.isReading && void store.readList({ again: true })}
      >
        {list.isReading ? "Reading…" : "Read again"}
      </button>
      {!isReadAgain(list) && " · So many images are not read again by themselves."}
    </p>
  );
}

const nothing: Readonly<Record<Scope, string>> = {
  mine: "You own no images yet. Clone one that is shared with you, or have the operator provision yours.",
  shared: "Nobody shares a private image with you.",
  public: "There are no public images of others.",
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
