import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import { computeMd5 } from "../digest.ts";
import { makeAnswerHeaders } from "./answer-headers.ts";
import { toAsciiJson } from "./ascii-json.ts";
import { listCauses } from "./causes.ts";

type AnswerOptions = { status?: number; headers?: Readonly<Record<string, string>> };

const encoder = new TextEncoder();

/**
 * The value as compact JSON in ASCII, other characters as `\uXXXX`, with the Content-MD5 of its bytes. Shipped clients
 * check it over text that they decoded chunk by chunk, which breaks characters of several bytes. docs/contract.md#headers
 */
export async function answerJson(c: Context<AppEnv>, value: unknown, options: AnswerOptions = {}): Promise<Response> {
  const bytes = encoder.encode(toAsciiJson(value));
  const headers = makeAnswerHeaders(options.headers);
  headers.set("Content-Type", "application/json");
  headers.set("Content-MD5", await computeMd5(bytes));
  // Hono answers HEAD from GET and drops the body, and with it the length that the platform would count.
  if (c.req.method === "HEAD") headers.set("Content-Length", String(bytes.length));
  return new Response(bytes, { status: options.status ?? 200, headers });
}

/**
 * Answers with an array that is read in pages. One page is answered as any other value. Several are streamed, without
 * Content-MD5 and Content-Length, one after the client took the other; a failure ends the connection rather than the JSON.
 */
export async function answerPages(c: Context<AppEnv>, pages: AsyncGenerator<readonly unknown[]>): Promise<Response> {
  const first = (await pages.next()).value ?? [];
  const second = await pages.next();
  if (second.done) return await answerJson(c, first);
  const headers = makeAnswerHeaders({ "Content-Type": "application/json" });
  if (c.req.method === "HEAD") {
    await pages.return(undefined);
    return new Response(null, { headers });
  }
  return new Response(streamJson(c, pages, [first, second.value]), { headers });
}

/** @param read pages that were read already; each is let go before the next is read */
function streamJson(
  c: Context<AppEnv>,
  pages: AsyncGenerator<readonly unknown[]>,
  read: (readonly unknown[])[],
): ReadableStream<Uint8Array> {
  let separator = "[";
  return new ReadableStream<Uint8Array>(
    {
      // An empty page must not end the call: nobody would ask again.
      async pull(controller) {
        try {
          for (let isPending = true; isPending; ) {
            const page = read.shift() ?? (await pages.next()).value;
            if (!page) {
              controller.enqueue(encoder.encode("]"));
              controller.close();
              return;
            }
            for (const value of page) {
              controller.enqueue(encoder.encode(separator + toAsciiJson(value)));
              separator = ",";
              isPending = false;
            }
          }
        } catch (error) {
          logBrokenStream(c, error);
          controller.error(error);
        }
      },
      async cancel() {
        await pages.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The request's own line is written already, when the answer began. */
const logBrokenStream = (c: Context<AppEnv>, error: unknown): void =>
  console.log(toAsciiJson({ requestId: c.get("requestId"), stream: "broken", cause: listCauses(error) }));

/** 304: the client has already what it would get. RFC 9110 §15.4.5 */
export const answerNotModified = (headers: Readonly<Record<string, string>>): Response =>
  new Response(null, { status: 304, headers: makeAnswerHeaders(headers) });

/** 204. */
export const answerNoContent = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: makeAnswerHeaders(headers) });
