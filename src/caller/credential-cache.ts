import type { Caller } from "../caller.ts";
import type { CacheBounds } from "../configuration.ts";
import type { VerificationKey } from "../signature/import-key.ts";

/** A caller whose signature was verified, and the imported key that verified it. */
type Credentials = { caller: Caller; key: VerificationKey };

/**
 * Credentials of recent callers, by keyId as sent, algorithm, and login or UUID in the path. The least recently used are evicted
 * first.
 *
 * The cache saves one round trip and grants nothing: the statements of an operation check the caller's authority in the database
 * that they run on (`db/authority`), and `confirmCallerAfterwards` identifies the caller of a request that ran none, unless that is
 * throttled. A read that allows an old answer (`max-stale`) may be answered by a replica that still has a deleted key.
 * docs/performance.md#what-an-isolate-remembers
 */
export class CredentialCache {
  readonly #entries = new Map<string, Credentials & { cachedAt: number }>();
  readonly #bounds: CacheBounds;

  constructor(bounds: CacheBounds) {
    this.#bounds = bounds;
  }

  /** @param now ms since the epoch */
  get(name: string, now: number): Credentials | undefined {
    const entry = this.#entries.get(name);
    this.#entries.delete(name);
    if (!entry || now - entry.cachedAt > this.#bounds.maxAgeMs) return undefined;
    this.#entries.set(name, entry);
    return entry;
  }

  /** @param now ms since the epoch */
  set(name: string, { caller, key }: Credentials, now: number): void {
    this.#entries.delete(name);
    this.#entries.set(name, { caller, key, cachedAt: now });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#bounds.maxEntries) return;
      this.#entries.delete(oldest);
    }
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }
}

/** One cache per binding. The first configuration that uses it sets its bounds. */
const caches = new WeakMap<D1Database, CredentialCache>();

/** Returns the cache of a binding. Undefined if the configuration turns the cache off. */
export function findCache(binding: D1Database, bounds: CacheBounds): CredentialCache | undefined {
  if (bounds.maxEntries === 0 || bounds.maxAgeMs === 0) return undefined;
  const cache = caches.get(binding) ?? new CredentialCache(bounds);
  caches.set(binding, cache);
  return cache;
}
