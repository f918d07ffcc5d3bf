import type { Client } from "./api/client.ts";
import type { Route } from "./route.ts";
import type { ImageStore } from "./store/image-store.ts";

/** What every view of a signed-in person gets. */
export type ViewProps = {
  client: Client;
  /** The images, and what is typed into them. */
  store: ImageStore;
  /** Opens another view. */
  go: (route: Route) => void;
  /** Says what happened, for a moment, and to screen readers. */
  tell: (text: string) => void;
};
