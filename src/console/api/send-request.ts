import type { Session } from "../keys/kept-session.ts";
import { type Signable, signRequest } from "../keys/sign.ts";
import { makeUnreachable } from "./refusal.ts";

/** A request: what a signature covers of it, and its own headers. */
export type ApiRequest = Signable & { headers?: Readonly<Record<string, string>> };

/**
 * Sends a request, and answers whatever the service answers.
 *
 * @param session that signs it; null for an operation that reads no signature
 * @throws {Refusal} no answer came
 */
export async function sendRequest(request: ApiRequest, session: Session | null): Promise<Response> {
  const { method, url, headers, body } = request;
  const signed = session && (await signRequest(request, session));
  return await fetch(url, {
    method,
    headers: {
      Accept: "application/json",
      "Api-Version": "~9",
      ...(body && { "Content-Type": "application/json" }),
      ...headers,
      ...signed,
    },
    ...(body && { body }),
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  }).catch(() => {
    throw makeUnreachable();
  });
}
