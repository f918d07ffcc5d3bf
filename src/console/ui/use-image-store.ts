import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Client } from "../api/client.ts";
import { follow } from "../store/follow.ts";
import { ImageStore } from "../store/image-store.ts";

/** The images of whoever is signed in, followed while the page is visible. The browser asks before the page leaves with what is typed. */
export function useImageStore(client: Client | null): ImageStore | null {
  const before = useRef<ImageStore | null>(null);
  const store = useMemo(() => client && new ImageStore(client, before.current), [client]);
  before.current = store;
  useEffect(() => {
    if (!store) return;
    const stop = follow(store);
    const ask = (event: BeforeUnloadEvent) => {
      if (store.listTyped().length > 0) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => {
      stop();
      removeEventListener("beforeunload", ask);
    };
  }, [store]);
  return store;
}
