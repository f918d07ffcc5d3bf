/** How the bytes of an answer are coded, the smallest first. */
const codings = ["br", "gzip", "identity"] as const;

type Coding = (typeof codings)[number];

/** A static file: its bytes in each coding, as base64, the hash of its text, and the headers of its answer. */
export type Page = {
  hash: string;
  bodies: Readonly<Record<Coding, string>>;
  headers: Readonly<Record<string, string>>;
};

/** The bodies that were asked for, by ETag: to decode the largest takes milliseconds. */
const decoded = new Map<string, Uint8Array<ArrayBuffer>>();

/**
 * Answers with a static file, as Workers' assets do in production.
 *
 * @param pages by path: `/--docs/index.html`. Nothing else is ever read
 */
export function answerPage(request: Request, url: URL, pages: Readonly<Record<string, Page>>): Response {
  const file = findFile(url.pathname, pages);
  const page = file === undefined ? undefined : pages[file];
  // Not to be kept: the next build may have the file.
  if (file === undefined || !page) return new Response(null, { status: 404, headers: { "Cache-Control": "no-store" } });
  // A page has one URL, that of its folder, or its own without `.html`.
  const path = file.replace(/(?<=\/)index\.html$|\.html$/, "");
  if (path !== url.pathname) {
    return new Response(null, { status: 307, headers: { Location: `${path}${url.search}` } });
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  const coding = chooseCoding(request.headers.get("Accept-Encoding"));
  if (!coding) return new Response(null, { status: 406, headers: { Vary: "Accept-Encoding" } });
  const etag = coding === "identity" ? `"${page.hash}"` : `"${page.hash}-${coding}"`;
  const headers = { ...page.headers, ETag: etag, Vary: "Accept-Encoding" };
  if (isNamed(request.headers.get("If-None-Match"), etag)) return new Response(null, { status: 304, headers });
  const bytes = decoded.get(etag) ?? Uint8Array.from(atob(page.bodies[coding]), (unit) => unit.charCodeAt(0));
  decoded.set(etag, bytes);
  return new Response(request.method === "HEAD" ? null : bytes, {
    headers: {
      ...headers,
      "Content-Length": String(bytes.length),
      ...(coding !== "identity" && { "Content-Encoding": coding }),
    },
    // workerd would compress them once more.
    encodeBody: "manual",
  } as ResponseInit);
}

/** Finds the file that a path names, in whatever way. */
function findFile(path: string, pages: Readonly<Record<string, Page>>): string | undefined {
  const bare = path.replace(/\/$/, "");
  return [path, `${path}.html`, `${path}index.html`, `${bare}/index.html`, `${bare}.html`].find((file) =>
    Object.hasOwn(pages, file),
  );
}

const acceptedShape = /^\s*([^\s;]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/i;

/** Chooses the coding that the client prefers, of several the smallest. Undefined if it takes none. RFC 9110 §12.5.3 */
export function chooseCoding(accepted: string | null): Coding | undefined {
  const weights = new Map<string, number>();
  for (const part of (accepted ?? "").split(",")) {
    const [, name, weight = "1"] = acceptedShape.exec(part) ?? [];
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight));
  }
  // What is not named is not taken, but for identity, which is taken last.
  const weigh = (coding: Coding): number =>
    weights.get(coding) ?? weights.get("*") ?? (coding === "identity" ? 0.0001 : 0);
  const [best] = codings.filter((coding) => weigh(coding) > 0).toSorted((a, b) => weigh(b) - weigh(a));
  return best;
}

/** Whether If-None-Match names the tag, by RFC 9110's weak comparison. */
const isNamed = (sent: string | null, etag: string): boolean =>
  sent?.trim() === "*" || (sent?.match(/"[^"]*"/g)?.includes(etag) ?? false);
