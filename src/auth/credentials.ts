import type { Caller } from "./authenticate.ts";
import type { VerificationKey } from "./verify.ts";

/** What was found behind a keyId and a path, and verified: the caller, and the key ready to verify with. */
export type Credentials = { caller: Caller; key: VerificationKey };

/** The most entries, and for how long one is good, in ms. */
export type CacheBounds = { maxEntries: number; maxAgeMs: number };

/**
 * Credentials of the callers seen last, by keyId as sent, algorithm and path.
 *
 * They let nobody in: every statement that rests on an entry asks for the authority again (`db/authority`). What they
 * save is a trip. The least recently used goes first.
 */
export class CredentialCache {
  readonly #entries = new Map<string, Credentials & { rememberedAt: number }>();
  readonly #bounds: CacheBounds;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  /** @param now ms since the epoch */
  get(name: string, now: number): Credentials | undefined {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (!entry || now - entry.rememberedAt > this.#bounds.maxAgeMs) return undefined;
    this.#entries.set(name, entry);
    return entry;
  }

  set(name: string, { caller, key }: Credentials, now: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { caller, key, rememberedAt: now });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#bounds.maxEntries) return;
      this.#entries.delete(oldest);
    }
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }
}
