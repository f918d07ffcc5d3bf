import { describe, expect, it } from "vitest";
import { readMaxStale } from "../../src/syntax/cache-control.ts";

describe("readMaxStale", () => {
  it.each([
    ["max-stale=10", 10],
    ["Max-Stale=10", 10],
    ['max-stale="10"', 10],
    ['max-stale="1\\0"', 10],
    ["max-stale", 60],
    ["max-stale=100000000000000000000", 60],
    ["max-stale=30, max-stale=10", 10],
    ["max-stale, max-stale=10", 10],
    ['no-transform, x="max-stale=5, no-cache", max-stale=10', 10],
    ["max-age=20, max-stale=10", 10],
    ["max-stale=x, max-stale=10", 10],
    [",, max-stale=010 ,", 10],
    ["max-stale=0", 0],
    ["max-stale=0, max-stale=10", 0],
    ["no-cache, max-stale=10", 0],
    ["max-stale=10, NO-CACHE", 0],
    ["max-age=0, max-stale=10", 0],
    ['max-age="0", max-stale=10', 0],
    ["max-stale=1.5", 0],
    ["max-stale=-10", 0],
    ["max-stale=+10", 0],
    ["max-stale=", 0],
    ["max-stale = 10", 0],
    ['max-stale=""', 0],
    ['max-stale="10', 0],
    ["x-max-stale=10", 0],
    ["min-fresh=10", 0],
    ["", 0],
    [undefined, 0],
  ])("reads of %s, with at most 60, %d seconds", (cacheControl, seconds) => {
    expect(readMaxStale(cacheControl, 60)).toBe(seconds);
  });

  it.each(['"\\'.repeat(50_000), "a".repeat(100_000), '",'.repeat(50_000), `max-stale="${"\\".repeat(100_000)}`])(
    "reads nothing of %#, a header of 100 KB",
    (header) => {
      expect(readMaxStale(header, 60)).toBe(0);
    },
  );
});
