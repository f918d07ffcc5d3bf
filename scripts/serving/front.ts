/** The part of a Worker that this needs. */
type Service = { fetch: (request: Request, env: unknown, context: unknown) => Response | Promise<Response> };

/** A static file and the headers of its answer. */
export type Page = { text: string; headers: Readonly<Record<string, string>> };

/** Paths that never reach the service: the same as in `run_worker_first` of wrangler.toml. */
const pagePath = /^\/--(docs|console)(\/|$)/;

/**
 * Puts the static pages before the service, as Workers' assets do in production.
 *
 * @param pages by path: `/--docs/index.html`
 */
export const makeFront = (service: Service, pages: Readonly<Record<string, Page>>): Service => ({
  fetch(request, env, context) {
    const url = new URL(request.url);
    if (!pagePath.test(url.pathname)) return service.fetch(request, env, context);
    return answerPage(request, url, pages);
  },
});

function answerPage(request: Request, url: URL, pages: Readonly<Record<string, Page>>): Response {
  const moved = findMoved(url.pathname);
  if (moved) return new Response(null, { status: 307, headers: { Location: `${moved}${url.search}` } });
  const path = url.pathname.endsWith("/") ? `${url.pathname}index.html` : url.pathname;
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (!page) return new Response(null, { status: 404 });
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
  }
  const isKnown = request.headers.get("If-None-Match")?.includes(page.headers["ETag"] ?? "") ?? false;
  if (isKnown) return new Response(null, { status: 304, headers: page.headers });
  return new Response(request.method === "HEAD" ? null : page.text, { headers: page.headers });
}

/** Where to redirect: a page has one URL, that of its folder. */
const findMoved = (path: string): string | undefined =>
  /^\/--(docs|console)$/.test(path)
    ? `${path}/`
    : path.endsWith("/index.html")
      ? path.slice(0, -"index.html".length)
      : undefined;
