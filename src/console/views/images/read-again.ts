import { useEffect } from "preact/hooks";
import type { ImageList } from "../../store/image-rows.ts";
import type { ImageStore } from "../../store/image-store.ts";

const everyMs = 60_000;

/** The most images that are read again without being asked for: two requests. */
const maxImages = 2000;

/** Whether the images are so few that the page reads them again by itself. */
export const isReadAgain = ({ images }: ImageList): boolean => images.length <= maxImages;

/**
 * In how many milliseconds the list is to be read again; 0 is now. Null where nobody reads it by itself.
 *
 * @param now milliseconds since the epoch
 */
export function findWait(list: ImageList, now: number): number | null {
  if (list.state !== "read" || list.isReading || !isReadAgain(list)) return null;
  return Math.max(0, (list.begunAt ?? 0) + everyMs - now);
}

/**
 * From when what is shown is, in milliseconds since the epoch; null while nothing is.
 *
 * @param followedAt when the feed that tells of these images was read last; null where none does
 */
export function findReadAt(list: ImageList, followedAt: number | null): number | null {
  const isRead = list.state === "read" && list.refusal === null;
  const begun = list.images.length > 0 ? list.begunAt : null;
  return (isRead ? followedAt : null) ?? list.readAt ?? begun;
}

/** Reads a list that no feed tells of again, at most once a minute while the page is visible. */
export function useReadAgain(store: ImageStore, isWanted: boolean): void {
  const { state, isReading, begunAt } = store.list;
  useEffect(() => {
    if (!isWanted) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      const waitMs = document.visibilityState === "visible" ? findWait(store.list, Date.now()) : null;
      if (waitMs === 0) void store.readList({ again: true });
      else if (waitMs !== null) timer = setTimeout(look, waitMs);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [store, isWanted, state, isReading, begunAt]);
}
