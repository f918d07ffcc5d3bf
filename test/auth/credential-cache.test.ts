import { describe, expect, it } from "vitest";
import { CredentialCache } from "../../src/caller/credential-cache.ts";
import type { CacheBounds } from "../../src/configuration.ts";

describe("the credential cache", () => {
  const bounds: CacheBounds = { maxEntries: 2, maxAgeMs: 1000 };
  const makeEntry = (login: string) => ({
    caller: {
      keyIdLogin: login,
      account: login,
      signer: login,
      fingerprintSha256: "",
      keyIdKey: "",
      pathLogin: "",
      scope: null,
      expires: null,
    },
    // The cache does not look at it.
    key: {} as never,
  });

  it("evicts the least recently used entry when it is full", () => {
    const cache = new CredentialCache(bounds);
    cache.set("a", makeEntry("a"), 0);
    cache.set("b", makeEntry("b"), 0);
    expect(cache.get("a", 0)?.caller.keyIdLogin).toBe("a");
    cache.set("c", makeEntry("c"), 0);
    expect(["a", "b", "c"].map((name) => cache.get(name, 0)?.caller.keyIdLogin)).toEqual(["a", undefined, "c"]);
  });

  it("evicts entries by the time since they were cached, not since their last use", () => {
    const cache = new CredentialCache(bounds);
    cache.set("a", makeEntry("a"), 0);
    expect(cache.get("a", 1000)?.caller.keyIdLogin).toBe("a");
    expect(cache.get("a", 1001)).toBeUndefined();
    cache.set("b", makeEntry("b"), 0);
    cache.delete("b");
    expect(cache.get("b", 0)).toBeUndefined();
  });
});
