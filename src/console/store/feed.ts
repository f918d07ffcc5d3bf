import type { Client } from "../api/client.ts";
import type { Change } from "../api/image.ts";

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

  /** Reads what came since. One request where nothing did. @throws {Refusal} 410 where changes were missed */
  async readNew(): Promise<Change[]> {
    const changes: Change[] = [];
    while (this.#cursor !== null) {
      const page = await this.#client.listChanges({ after: this.#cursor, etag: this.#etag });
      const last = page?.changes.at(-1);
      if (page) this.#etag = last ? null : page.etag;
      if (!page || !last) break;
      this.#cursor = last.cursor;
      changes.push(...page.changes);
    }
    return changes;
  }
}
