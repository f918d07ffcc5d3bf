import type { Context } from "hono";
import { version } from "../../package.json";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { computeMd5 } from "../digest.ts";
import { joinJson, toAsciiJson } from "../text.ts";
import { openStream } from "./limits.ts";
import { formatNames } from "./parameters.ts";
import { listCauses } from "./request-log.ts";

/** Headers that are the same in every answer. docs/contract.md#headers */
const fixedHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "Access-Control-Allow-Headers":
    "Authorization, X-Date, Accept-Version, Api-Version, X-Api-Version, Content-Type, Content-MD5, Request-Id, X-Request-Id, If-Match, If-None-Match, Idempotency-Key, Cache-Control",
  "Access-Control-Expose-Headers":
    "Api-Version, X-Api-Version, Request-Id, X-Request-Id, Response-Time, X-Response-Time, Content-MD5, Date, Server, Triton-Datacenter-Name, Location, Allow, Age, Retry-After, RateLimit-Policy, WWW-Authenticate, ETag, Changed-Fields, Idempotent-Replayed, Revision-Not-Kept, Next-Marker, Newest-Cursor, Oldest-Cursor, Dry-Run, Ignored-Parameters, Server-Timing",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "private, no-cache, no-transform",
  // Ends with the version: one of triton's test suites parses it.
  Server: `cloudapi/${version}`,
};

/** Makes the headers of an answer, but for those of its times. As one object: each `set` of a Headers costs a call out of JavaScript. */
export function makeAnswerHeaders(
  c: Context<AppEnv>,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [requestId, release, ignored] = [c.get("requestId"), c.get("release"), c.get("ignoredParameters")];
  return {
    ...fixedHeaders,
    "Request-Id": requestId,
    "X-Request-Id": requestId,
    "Api-Version": release,
    "X-Api-Version": release,
    "Triton-Datacenter-Name": readConfiguration(c.env).datacenterName,
    Date: new Date().toUTCString(),
    ...(c.get("isDryRun") && { "Dry-Run": "true" }),
    ...(ignored && { "Ignored-Parameters": formatNames(ignored) }),
    ...more,
  };
}

type AnswerOptions = { status?: number; headers?: Readonly<Record<string, string>> };

const encoder = new TextEncoder();

/**
 * Answers with a value as compact JSON in ASCII, and the Content-MD5 of its bytes. Shipped clients check it over text that
 * they decoded chunk by chunk, which breaks characters of several bytes. docs/contract.md#headers
 */
export async function answerJson(c: Context<AppEnv>, value: unknown, options: AnswerOptions = {}): Promise<Response> {
  const bytes = encoder.encode(toAsciiJson(value));
  const headers = {
    ...makeAnswerHeaders(c, options.headers),
    "Content-Type": "application/json",
    "Content-MD5": await computeMd5(bytes),
    // Hono answers HEAD from GET and drops the body, and with it the length that the platform would count.
    ...(c.req.method === "HEAD" && { "Content-Length": String(bytes.length) }),
  };
  return new Response(bytes, { status: options.status ?? 200, headers });
}

/**
 * Pages of an array: yields each but the last, which it returns. So nothing of a second page is read or rendered before the
 * first is sent. An item is rendered when it is taken.
 */
export type Pages = AsyncGenerator<Iterable<unknown>, Iterable<unknown>>;

/**
 * Answers with an array that is read in pages. A single page is answered as any other value. Two or more pages are streamed
 * as the client reads, without Content-MD5 and Content-Length; on failure the connection is aborted.
 *
 * @throws {CloudApiError} RequestThrottled: too many streamed answers are open
 */
export async function answerPages(c: Context<AppEnv>, pages: Pages): Promise<Response> {
  const first = await pages.next();
  if (first.done) return await answerJson(c, joinJson(first.value));
  const headers = makeAnswerHeaders(c, { "Content-Type": "application/json" });
  if (c.req.method === "HEAD") return new Response(null, { headers });
  const close = openStream(requireSet(c, "caller").signer);
  const chunks = streamJson(c, { page: first.value, pages, close });
  // A generator that was never started runs no `finally`: a client may be gone before it reads.
  const cancel = () => {
    close();
    return chunks.return(undefined);
  };
  const stream = { next: () => chunks.next(), return: cancel, [Symbol.asyncIterator]: () => stream };
  return new Response(streams.from(stream), { headers });
}

// workerd has `ReadableStream.from`; workers-types lack it.
const streams = ReadableStream as unknown as { from: (chunks: AsyncIterable<Uint8Array>) => ReadableStream };

type Streamed = { page: Iterable<unknown>; pages: Pages; close: () => void };

/** @param page the first page. Each is released before the next is read @param close is called when the stream ends */
async function* streamJson(c: Context<AppEnv>, { page, pages, close }: Streamed): AsyncGenerator<Uint8Array> {
  let separator = "[";
  try {
    for (let next: IteratorResult<Iterable<unknown>> = { value: page, done: false }; ; next = await pages.next()) {
      for (const value of next.value) {
        yield encoder.encode(separator + toAsciiJson(value));
        separator = ",";
      }
      if (next.done) break;
    }
    yield encoder.encode(separator === "[" ? "[]" : "]");
  } catch (error) {
    logBrokenStream(c, error);
    throw error;
  } finally {
    close();
  }
}

/** The log has a second line for this request: the first was written when the answer began. */
const logBrokenStream = (c: Context<AppEnv>, error: unknown): void =>
  console.log(toAsciiJson({ requestId: c.get("requestId"), stream: "broken", cause: listCauses(error) }));

/** Answers 304: the client already has what it would get. RFC 9110 §15.4.5 */
export const answerNotModified = (c: Context<AppEnv>, headers: Readonly<Record<string, string>>): Response =>
  new Response(null, { status: 304, headers: makeAnswerHeaders(c, headers) });

export const answerNoContent = (c: Context<AppEnv>, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: makeAnswerHeaders(c, headers) });
