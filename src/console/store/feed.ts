import type { Client } from "../api/client.ts";
import type { Change } from "../api/image.ts";
import { toRefusal } from "../api/refusal.ts";

/** Reads an account's feed from a moment on. docs/contract.md#changes */
export class Feed {
  readonly #client: Client;
  /** Of the last change that was read. Null before the beginning, and where the key may read no feed. */
  #cursor: string | null = null;
  /** Of the page after the cursor, while it is empty. */
  #etag: string | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  get isFollowed(): boolean {
    return this.#cursor !== null;
  }

  /** Finds where the feed ends now. A key that is for one image may not read it, and follows nothing. */
  async begin(): Promise<void> {
    if (!this.#client.mayFollow) return;
    const end = await this.#client.listChanges({});
    this.#cursor = end?.newest ?? null;
    this.#etag = null;
  }

  /** Changes were missed: it has to begin anew. */
  forget(): void {
    this.#cursor = null;
  }

  /**
   * Reads what came since: one request where nothing did. If a later page fails, what came before it is answered, and the next
   * reading goes on there.
   *
   * @throws {Refusal} 410 where changes were missed
   */
  async readNew(): Promise<Change[]> {
    const changes: Change[] = [];
    while (this.#cursor !== null) {
      const page = await this.#readPage(this.#cursor).catch((error: unknown) => {
        if (changes.length === 0 || toRefusal(error).status === 410) throw error;
        return [];
      });
      if (page.length === 0) break;
      changes.push(...page);
    }
    return changes;
  }

  async #readPage(after: string): Promise<Change[]> {
    const page = await this.#client.listChanges({ after, etag: this.#etag });
    if (!page) return [];
    const last = page.changes.at(-1);
    this.#etag = last ? null : page.etag;
    this.#cursor = last?.cursor ?? after;
    return page.changes;
  }
}
