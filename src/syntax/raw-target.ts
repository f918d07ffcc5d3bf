/** The path and query of a request as the client sent them. */
export type RawTarget = { path: string; query: string | undefined };

/**
 * Slices the target out of an absolute URL such as `Request.url`. Never use `new URL` or the router for this: they decode
 * and normalise, and a signature covers what was sent. docs/contract.md#authentication
 */
export function readTarget(url: string): RawTarget {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const hash = url.indexOf("#", start);
  const target = url.slice(start, hash === -1 ? undefined : hash);
  const mark = target.indexOf("?");
  return mark === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Decodes the escapes of a text once. Undefined if one is malformed or the bytes are not UTF-8. */
export function decodeEscapes(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Finds the first part of the path that cannot be decoded. */
export function findUndecodablePart(url: string): string | undefined {
  return readTarget(url)
    .path.split("/")
    .find((part) => decodeEscapes(part) === undefined);
}

/**
 * Spells a path the one way that the router knows: decodes every part once and encodes it again. So `%69mages` is
 * `images`, and an encoded slash is never a real one.
 */
export function canonicalizePath(request: Request): string {
  const { path } = readTarget(request.url);
  if (!path.includes("%")) return path;
  return path
    .split("/")
    .map((part) => encodeURIComponent(decodeEscapes(part) ?? part))
    .join("/");
}
