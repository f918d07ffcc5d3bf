/** The path and query of a request as the client sent them. */
export type RawTarget = { path: string; query: string | undefined };

/**
 * Slices the target out of an absolute URL, as `Request.url` is. Never through `new URL` or the router: they decode and
 * normalise, and a signature covers what was sent. docs/contract.md#authentication
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

/** The text of one path part, percent-decoded once; undefined when it cannot be decoded. */
function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** The first path part whose escapes cannot be decoded, if any. */
export function findUndecodablePart(url: string): string | undefined {
  return readTarget(url)
    .path.split("/")
    .find((part) => decodePart(part) === undefined);
}

/**
 * The path with one spelling for each meaning: every part decoded once and encoded again, so that the router matches
 * `%69mages` as `images` and never takes an encoded slash for a real one.
 */
export function canonicalizePath(request: Request): string {
  const { path } = readTarget(request.url);
  if (!path.includes("%")) return path;
  return path
    .split("/")
    .map((part) => encodeURIComponent(decodePart(part) ?? part))
    .join("/");
}
