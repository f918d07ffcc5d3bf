/** The headers that are the same on every answer. docs/contract.md#headers */
const fixedHeaders = new Headers({
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "Access-Control-Allow-Headers":
    "Authorization, X-Date, Accept-Version, Api-Version, X-Api-Version, Content-Type, Content-MD5, Request-Id, X-Request-Id, If-Match, If-None-Match, Idempotency-Key",
  "Access-Control-Expose-Headers":
    "Api-Version, X-Api-Version, Request-Id, X-Request-Id, Response-Time, X-Response-Time, Content-MD5, Date, Server, Triton-Datacenter-Name, Location, Allow, Retry-After, RateLimit-Policy, WWW-Authenticate, ETag, Changed-Fields, Idempotent-Replayed, Dry-Run, Ignored-Parameters, Server-Timing",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "private, no-cache, no-transform",
});

/** Headers for an answer, the fixed ones among them: copying them costs less than setting each. */
export function makeAnswerHeaders(more: Readonly<Record<string, string>> = {}): Headers {
  const headers = new Headers(fixedHeaders);
  for (const name in more) headers.set(name, more[name] ?? "");
  return headers;
}
