import { useMemo, useRef, useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import type { ImageStore } from "../../store/image-store.ts";

/** The images that a person selected, to change several. */
export type Chosen = {
  ids: ReadonlySet<string>;
  /** Selects a row of the list or takes it back. @param isRange all rows from the one before to this one become as this one */
  toggle: (index: number, options: { isRange: boolean }) => void;
  /** Selects all images that match, or none of them. */
  toggleAll: () => void;
  clear: () => void;
};

/** Of each account's page, so that they are still selected once the person has looked at an image. */
const kept = new WeakMap<ImageStore, ReadonlySet<string>>();

/** @param owned the images that can be selected @param matching those of them that the list shows, in its order */
export function useChosen(store: ImageStore, owned: readonly Image[], matching: readonly Image[]): Chosen {
  const [all, setAll] = useState(kept.get(store) ?? new Set<string>());
  const from = useRef<string | null>(null);
  // One that is deleted meanwhile is selected no longer.
  const ids = useMemo(() => {
    if (all.size === 0) return all;
    return new Set(owned.filter(({ id }) => all.has(id)).map(({ id }) => id));
  }, [all, owned]);
  const set = (next: ReadonlySet<string>) => {
    kept.set(store, next);
    setAll(next);
  };
  /** Selects these, or takes them back. */
  const change = (some: readonly Image[], isSelected: boolean) => {
    const next = new Set(ids);
    for (const { id } of some) isSelected ? next.add(id) : next.delete(id);
    set(next);
  };
  return {
    ids,
    toggle: (index, { isRange }) => {
      const image = matching[index];
      if (!image) return;
      const start = isRange ? matching.findIndex(({ id }) => id === from.current) : -1;
      const [first, last] = start === -1 ? [index, index] : [Math.min(start, index), Math.max(start, index)];
      change(matching.slice(first, last + 1), !ids.has(image.id));
      from.current = image.id;
    },
    toggleAll: () => change(matching, !matching.every(({ id }) => ids.has(id))),
    clear: () => set(new Set()),
  };
}
