import type { ImageStore } from "../../store/image-store.ts";

/** Where a person was in a list: its scroll position, the row that the keys move from, and whether it had the focus. */
export type Place = { scrollTop: number; id: string | null; hadFocus: boolean };

const maxPlaces = 50;

/** Of the lists that this page showed, by the query of their address. */
const places = new WeakMap<ImageStore, Map<string, Place>>();

/** The place in a list, which the list moves along. The top of one that was not shown before. */
export function findPlace(store: ImageStore, query: string): Place {
  const known = places.get(store) ?? new Map<string, Place>();
  places.set(store, known);
  const place = known.get(query) ?? { scrollTop: 0, id: null, hadFocus: false };
  // The one that was shown longest ago goes.
  known.delete(query);
  known.set(query, place);
  const [oldest] = known.keys();
  if (known.size > maxPlaces && oldest !== undefined) known.delete(oldest);
  return place;
}
