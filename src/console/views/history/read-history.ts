import type { Client } from "../../api/client.ts";
import type { AuditPage, Image, Versioned } from "../../api/image.ts";
import { Refusal } from "../../api/refusal.ts";
import type { ImageStore } from "../../store/image-store.ts";
import type { Opened } from "../../store/opened.ts";

/** What is known of an image's past. */
export type History = AuditPage & {
  /** Null where the image is destroyed: it has a history, and no current state. */
  current: Versioned | null;
  /** The image as it is or was at last; null where not even that is kept. */
  last: Image | null;
  /** ISO 8601 */
  readAt: string;
};

/** Reads the newest revisions of an image, and what it is now. */
export async function readHistory(store: ImageStore, id: string): Promise<History> {
  const [page] = await Promise.all([store.client.audit(id), store.open(id)]);
  const current = findCurrent(store.read(id));
  const [newest] = page.entries;
  const last = current ?? (newest ? await readKept(store.client, id, newest.revision) : null);
  return { ...page, current, last: last?.image ?? null, readAt: new Date().toISOString() };
}

/** A refusal other than 404 says nothing of the image. */
function findCurrent({ version, refusal }: Opened): Versioned | null {
  if (refusal?.status === 404) return null;
  if (refusal) throw refusal;
  return version;
}

/** The image as a revision left it; null where that is not kept. */
export const readKept = (client: Client, id: string, revision: number): Promise<Versioned | null> =>
  client.getImage(id, { revision }).catch((error) => {
    if (error instanceof Refusal && error.code === "InvalidArgument") return null;
    throw error;
  });
