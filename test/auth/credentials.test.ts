import { describe, expect, it } from "vitest";
import { type CacheBounds, CredentialCache } from "../../src/auth/credentials.ts";

describe("the credentials that an isolate remembers", () => {
  const bounds: CacheBounds = { maxEntries: 2, maxAgeMs: 1000 };
  const entry = (login: string) => ({
    caller: { login, account: login, signer: login, fingerprintSha256: "", keyOfId: "", path: "" },
    // Never looked at.
    key: {} as never,
  });

  it("forgets the least recently used beyond its size", () => {
    const cache = new CredentialCache(bounds);
    cache.set("a", entry("a"), 0);
    cache.set("b", entry("b"), 0);
    expect(cache.get("a", 0)?.caller.login).toBe("a");
    cache.set("c", entry("c"), 0);
    expect(["a", "b", "c"].map((name) => cache.get(name, 0)?.caller.login)).toEqual(["a", undefined, "c"]);
  });

  it("forgets what is older than its age, counted from the read and not from the last use", () => {
    const cache = new CredentialCache(bounds);
    cache.set("a", entry("a"), 0);
    expect(cache.get("a", 1000)?.caller.login).toBe("a");
    expect(cache.get("a", 1001)).toBeUndefined();
    cache.set("b", entry("b"), 0);
    cache.delete("b");
    expect(cache.get("b", 0)).toBeUndefined();
  });
});
