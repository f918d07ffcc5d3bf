import { useEffect, useReducer } from "preact/hooks";
import type { ImageStore } from "../store/image-store.ts";

/** Draws the view anew whenever something arrives in the store. */
export function useStore(store: ImageStore): ImageStore {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => store.subscribe(() => draw(undefined)), [store]);
  return store;
}
