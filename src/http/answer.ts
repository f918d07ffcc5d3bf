import type { Context } from "hono";
import { computeMd5 } from "../auth/digest.ts";
import type { AppEnv } from "../context.ts";
import { makeAnswerHeaders } from "./answer-headers.ts";

type AnswerOptions = { status?: number; headers?: Readonly<Record<string, string>> };

const encoder = new TextEncoder();

/**
 * The value as compact JSON in ASCII, other characters as `\uXXXX`, with the Content-MD5 of its bytes. Shipped clients
 * check it over text that they decoded chunk by chunk, which breaks characters of several bytes. docs/contract.md#headers
 */
export async function answerJson(c: Context<AppEnv>, value: unknown, options: AnswerOptions = {}): Promise<Response> {
  const bytes = encoder.encode(toAscii(JSON.stringify(value)));
  const headers = makeAnswerHeaders(options.headers);
  headers.set("Content-Type", "application/json");
  headers.set("Content-MD5", await computeMd5(bytes));
  // Hono answers HEAD from GET and drops the body, and with it the length that the platform would count.
  if (c.req.method === "HEAD") headers.set("Content-Length", String(bytes.length));
  return new Response(bytes, { status: options.status ?? 200, headers });
}

const beyondAscii = /[\u0080-\uffff]/g;

/** JSON text with every UTF-16 unit beyond ASCII escaped. */
const toAscii = (json: string): string =>
  json.replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** 304: the client has already what it would get. RFC 9110 §15.4.5 */
export const answerNotModified = (headers: Readonly<Record<string, string>>): Response =>
  new Response(null, { status: 304, headers: makeAnswerHeaders(headers) });

/** 204. */
export const answerNoContent = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: makeAnswerHeaders(headers) });
