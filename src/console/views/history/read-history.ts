import type { Client } from "../../api/client.ts";
import type { AuditPage, Image, Versioned } from "../../api/image.ts";
import { Refusal } from "../../api/refusal.ts";

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
export async function readHistory(client: Client, id: string): Promise<History> {
  const [page, current] = await Promise.all([client.audit(id), client.getImage(id).catch(nullIf(404))]);
  const [newest] = page.entries;
  const last =
    current ?? (newest ? await client.getImage(id, { revision: newest.revision }).catch(nullIf(404, 409)) : null);
  return { ...page, current, last: last?.image ?? null, readAt: new Date().toISOString() };
}

/** Other refusals say nothing of the image, such as a 503. */
const nullIf =
  (...statuses: readonly number[]) =>
  (error: unknown): null => {
    if (error instanceof Refusal && statuses.includes(error.status)) return null;
    throw error;
  };
