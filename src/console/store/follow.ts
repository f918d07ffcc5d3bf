import type { ImageStore } from "./image-store.ts";

const everyMs = 5000;

/** Lets a store follow its feed while the page is visible, and at once when another tab wrote. @returns how to stop */
export function follow(store: ImageStore): () => void {
  const channel = new BroadcastChannel(`cloudapi-edge images of ${store.client.account}`);
  const look = () => {
    if (document.visibilityState === "visible") void store.poll();
  };
  channel.onmessage = look;
  store.onWrite = () => channel.postMessage("written");
  const timer = setInterval(look, everyMs);
  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  return () => {
    channel.close();
    store.onWrite = () => undefined;
    clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
    removeEventListener("online", look);
  };
}
