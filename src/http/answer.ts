import type { Context } from "hono";
import { md5Base64 } from "../auth/digest.ts";
import type { AppEnv } from "../env.ts";
import { answerHeaders } from "./fixed-headers.ts";

type AnswerOptions = { status?: number; headers?: Readonly<Record<string, string>> };

const encoder = new TextEncoder();

/** The value as compact JSON with its Content-MD5 (base64 of the text's MD5), as CONTRACT §3 has every body. */
export async function answerJson(c: Context<AppEnv>, value: unknown, options: AnswerOptions = {}): Promise<Response> {
  const bytes = encoder.encode(JSON.stringify(value));
  const headers = answerHeaders(options.headers);
  headers.set("Content-Type", "application/json");
  headers.set("Content-MD5", await md5Base64(bytes));
  // Hono answers HEAD from GET and drops the body, and with it the length that the platform would count.
  if (c.req.method === "HEAD") headers.set("Content-Length", String(bytes.length));
  return new Response(bytes, { status: options.status ?? 200, headers });
}

/** 304: what the client has is what it would get. RFC 9110 §15.4.5. */
export const notModified = (headers: Readonly<Record<string, string>>): Response =>
  new Response(null, { status: 304, headers: answerHeaders(headers) });

/** 204. */
export const noContent = (headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(null, { status: 204, headers: answerHeaders(headers) });
