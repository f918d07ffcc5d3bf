import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answerPage, chooseCoding, type Page } from "../../scripts/serving/answer-page.ts";
import { makePage } from "../../scripts/serving/bundle.ts";

const text = `<!doctype html>${"<p>ü".repeat(100)}`;
const pages: Readonly<Record<string, Page>> = Object.fromEntries(
  ["/--docs/index.html", "/--docs/GetImage.html", "/--console/console-ABCDEFGH.js"].map((file) => [
    file,
    makePage(file, text),
  ]),
);

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Response {
  const url = `http://127.0.0.1${path}`;
  return answerPage(new Request(url, { method, headers }), new URL(url), pages);
}

const readBytes = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

describe("the coding of a page", () => {
  it.each<[accepted: string | null, coding: string | undefined]>([
    [null, "identity"],
    ["", "identity"],
    ["br", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["GZIP;Q=1, br ; q=0.5", "gzip"],
    ["gzip;q=0.5, br;q=0.5", "br"],
    ["br;q=0", "identity"],
    ["br;q=0.000, gzip;q=0", "identity"],
    ["br;q=0, *", "gzip"],
    ["*", "br"],
    ["*;q=0", undefined],
    ["*;q=0, identity", "identity"],
    ["*;q=0, gzip;q=0.001", "gzip"],
    ["identity;q=0", undefined],
    ["identity;q=0, br;q=0, gzip;q=0", undefined],
    ["identity;q=0, gzip", "gzip"],
    ["identity, gzip;q=0.5", "identity"],
    ["deflate, zstd", "identity"],
    ["br;q=2, gzip;q=x, brotli", "identity"],
  ])("for Accept-Encoding %s is %s", (accepted, coding) => {
    expect(chooseCoding(accepted)).toBe(coding);
  });

  it("is found in a header of any length", () => {
    for (const accepted of [`br${" ".repeat(60_000)}x`, ",".repeat(60_000), "a;q=".repeat(15_000)]) {
      expect(chooseCoding(accepted)).toBe("identity");
    }
  });

  it("has an ETag of its own, of which 304 says all headers but those of the bytes", async () => {
    const tags = new Set();
    for (const coding of ["identity", "gzip", "br"]) {
      const sent = { "Accept-Encoding": `${coding}, *;q=0` };
      const answer = ask("/--docs/", sent);
      const etag = answer.headers.get("ETag") ?? "";
      tags.add(etag);
      const bytes = await readBytes(answer);
      const decode = { identity: (same: Buffer) => same, gzip: gunzipSync, br: brotliDecompressSync }[coding];
      expect([answer.status, decode?.(bytes).toString()]).toEqual([200, text]);
      const headers = Object.fromEntries(answer.headers);
      expect(headers).toMatchObject({
        "cache-control": "no-cache",
        "content-length": String(bytes.length),
        "content-type": "text/html; charset=utf-8",
        vary: "Accept-Encoding",
      });
      expect(headers["content-encoding"]).toBe(coding === "identity" ? undefined : coding);
      const head = ask("/--docs/", sent, "HEAD");
      expect([head.status, Object.fromEntries(head.headers), (await readBytes(head)).length]).toEqual([
        200,
        headers,
        0,
      ]);
      const { "content-length": _, "content-encoding": __, ...kept } = headers;
      for (const named of [etag, `W/${etag}`, `"other", ${etag}`, `"a",W/"b",${etag},"c"`, "*", " * "]) {
        const known = ask("/--docs/", { ...sent, "If-None-Match": named });
        expect([known.status, Object.fromEntries(known.headers), (await readBytes(known)).length], named).toEqual([
          304,
          kept,
          0,
        ]);
      }
      for (const other of [etag.slice(1, -1), `"x${etag.slice(1)}`, '"*"', '"', "", ...[...tags].slice(0, -1)]) {
        expect(ask("/--docs/", { ...sent, "If-None-Match": String(other) }).status, String(other)).toBe(200);
      }
    }
    expect(tags.size).toBe(3);
  });

  it("is 406 where the client takes none", async () => {
    const { status, headers, body } = ask("/--docs/", { "Accept-Encoding": "identity;q=0" });
    expect([status, Object.fromEntries(headers), body]).toEqual([406, { vary: "Accept-Encoding" }, null]);
  });
});

describe("a page", () => {
  it("is kept for ever if a hash is in its name", () => {
    expect(ask("/--console/console-ABCDEFGH.js").headers.get("Cache-Control")).toBe(
      "public, max-age=31536000, immutable",
    );
  });

  it("is whole, whatever range is asked for", async () => {
    for (const range of ["bytes=0-1", "bytes=-5", "bytes=9999999-", "bytes=0-0,2-3"]) {
      const answer = ask("/--docs/GetImage", { Range: range });
      expect([answer.status, (await readBytes(answer)).toString()]).toEqual([200, text]);
    }
  });

  it.each([
    "/--docs/../etc/passwd",
    "/--docs/%2e%2e/%2e%2e/etc/passwd",
    "/--docs/..%2f..%2fetc%2fpasswd",
    "/--docs//etc/passwd",
    "/--docs/index.html.br",
    "/--docs/index.html.gz",
    "/--docs/index.html%00",
    "/--docs/constructor",
    "/--console/console-ABCDEFGH.js.br",
    "/--console/console-ZZZZZZZZ.js",
    "/--console/console.js",
  ])("is read from what was built alone: %s is 404, and not kept", async (path) => {
    const { status, headers, body } = ask(path, { "Accept-Encoding": "br", "If-None-Match": "*" });
    expect([status, Object.fromEntries(headers), body]).toEqual([404, { "cache-control": "no-store" }, null]);
  });
});
