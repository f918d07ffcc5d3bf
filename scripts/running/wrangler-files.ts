import { join } from "node:path";

/** Where wrangler writes its logs, and what it notes for itself: in a folder, and not in the home of who runs it. */
export const listWranglerPaths = (folder: string): Readonly<Record<string, string>> => ({
  WRANGLER_LOG_PATH: join(folder, "logs"),
  WRANGLER_REGISTRY_PATH: join(folder, "registry"),
  WRANGLER_CACHE_DIR: join(folder, "cache"),
});
