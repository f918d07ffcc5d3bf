import { createHash } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import { toAsciiJson } from "../../src/text.ts";
import { isLoopback } from "../running/address.ts";
import { describeError, WrongUsage } from "../running/program.ts";
import type { SigningKey } from "./signing-key.ts";

/** An answer. `json` is undefined if the body is no JSON, or empty. */
export type Answer = { status: number; headers: http.IncomingHttpHeaders; json: unknown };

/** No answer that says what became of the request: another try may bring one. */
export class Unavailable extends Error {
  /** Of the account that was asked. */
  readonly api: string;
  readonly retryAfterMs: number;

  constructor(api: string, what: string, retryAfterMs = 0) {
    super(`${api}: ${what}`);
    this.api = api;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A request. `path` has the query. */
export type ApiRequest = { path: string; body?: object; headers?: Readonly<Record<string, string>> };

type Options = {
  origin: string;
  login: string;
  key: SigningKey;
  /** The most bytes of an answer that are read. */
  maxBytes: number;
  /** How long a whole answer may take. */
  timeoutMs?: number;
};

/**
 * Reads the URL of a CloudAPI. Plain HTTP is for this machine: others read it, and change it, on the way.
 *
 * @throws {WrongUsage} it is none, or has more than an origin
 */
export function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw new WrongUsage(`a CloudAPI is an https URL without path; ${text} was given`);
  const { hostname } = url;
  const isLocal = hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""));
  if (url.protocol === "http:" && !isLocal)
    throw new WrongUsage(`plain http is for this machine alone; use https; ${text} was given`);
  return url.origin;
}

const acceptVersion = "~9||~8||~7";
const maxLevels = 200;
/** A server may ask for a pause, but not for ever. */
const maxPauseMs = 300_000;

/** An account of a CloudAPI: sends signed requests, one at a time, and follows no redirect. */
export class CloudApi {
  /** `LOGIN@ORIGIN` */
  readonly name: string;
  readonly #options: Options;
  readonly #stop: AbortSignal;
  readonly #agent: http.Agent;

  /** @param stop ends a request that is under way */
  constructor(options: Options, stop: AbortSignal) {
    this.name = `${options.login}@${options.origin}`;
    this.#options = options;
    this.#stop = stop;
    const { Agent } = options.origin.startsWith("https:") ? https : http;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** Sends a GET, or a POST if the request has a body. @throws {Unavailable} nothing, or nothing of use, came back */
  async send(request: ApiRequest): Promise<Answer> {
    const { timeoutMs = 30_000, maxBytes } = this.#options;
    this.#stop.throwIfAborted();
    const ended = new AbortController();
    const end = () => ended.abort();
    const timer = setTimeout(end, timeoutMs);
    this.#stop.addEventListener("abort", end);
    try {
      return await this.#exchange(request, ended.signal);
    } catch (error) {
      this.#stop.throwIfAborted();
      if (error instanceof Unavailable) throw error;
      if (ended.signal.aborted) throw new Unavailable(this.name, `no whole answer within ${timeoutMs / 1000} seconds`);
      if (error instanceof RangeError) throw new Unavailable(this.name, `the answer has over ${maxBytes} bytes`);
      throw new Unavailable(this.name, `no answer: ${describeError(error)}`);
    } finally {
      clearTimeout(timer);
      this.#stop.removeEventListener("abort", end);
    }
  }

  async #exchange(request: ApiRequest, signal: AbortSignal): Promise<Answer> {
    const { statusCode: status = 0, headers, text } = await this.#transmit(request, signal);
    const json = parseJson(text);
    const answer = { status, headers, json };
    const isRead = status === 304 || (status >= 400 && status < 500 && ![401, 408, 429].includes(status));
    if (isRead || (status === 200 && json !== undefined)) return answer;
    const what = status === 200 ? "200 without JSON that can be read" : describeRefusal(answer);
    throw new Unavailable(this.name, `the answer is ${what}`, readPause(headers["retry-after"]));
  }

  #transmit(
    request: ApiRequest,
    signal: AbortSignal,
  ): Promise<Pick<http.IncomingMessage, "statusCode" | "headers"> & { text: string }> {
    const { origin, maxBytes } = this.#options;
    const body = request.body && toAsciiJson(request.body);
    const method = body === undefined ? "GET" : "POST";
    const headers = { ...this.#sign(method, request.path, body ?? ""), ...request.headers };
    return new Promise((resolve, reject) => {
      const options = { method, headers, signal, agent: this.#agent };
      const { request: open } = origin.startsWith("https:") ? https : http;
      let isAnswered = false;
      const sent = open(`${origin}${request.path}`, options, (received) => {
        isAnswered = true;
        const chunks: Buffer[] = [];
        let bytes = 0;
        received.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxBytes) sent.destroy(new RangeError());
          else chunks.push(chunk);
        });
        received.on("error", reject);
        received.on("end", () =>
          resolve({
            statusCode: received.statusCode,
            headers: received.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      });
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that was kept open may end just as it is used again. Only a read may be sent twice.
        if (sent.reusedSocket && error.code === "ECONNRESET" && method === "GET")
          resolve(this.#transmit(request, signal));
        else reject(error);
      });
      // As after 101, which ends without an error.
      sent.on("close", () => isAnswered || reject(new Error("the connection was closed")));
      sent.end(body);
    });
  }

  /** Covers the host, so that nobody who gets the request can send it to another CloudAPI. */
  #sign(method: string, path: string, body: string): Record<string, string> {
    const { origin, login, key } = this.#options;
    const signed = {
      Host: new URL(origin).host,
      Date: new Date().toUTCString(),
      Digest: `SHA-256=${createHash("sha256").update(body).digest("base64")}`,
    };
    const lines = [
      `(request-target): ${method.toLowerCase()} ${path}`,
      ...Object.entries(signed).map(([name, value]) => `${name.toLowerCase()}: ${value}`),
    ].join("\n");
    return {
      ...signed,
      Authorization: `Signature keyId="/${login}/keys/${key.fingerprint}",algorithm="${key.algorithm}",headers="(request-target) host date digest",signature="${key.sign(lines)}"`,
      Accept: "application/json",
      "Accept-Version": acceptVersion,
      ...(body && { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)) }),
    };
  }
}

/** Undefined for what is no JSON, or nested so deeply that working with it would overflow the stack. */
function parseJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    let level = [json];
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth > maxLevels) return undefined;
      level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    }
    return json;
  } catch {
    return undefined;
  }
}

const readPause = (retryAfter: string | undefined): number =>
  /^\d{1,9}$/.test(retryAfter ?? "") ? Math.min(Number(retryAfter) * 1000, maxPauseMs) : 0;

const maxShown = 300;

/** The status of a refusal with its code and message, in printable ASCII. */
export function describeRefusal({ status, json }: Answer): string {
  const { code, message } = (json ?? {}) as Record<string, unknown>;
  const said = [code, message].filter((part) => typeof part === "string").join(": ");
  return said ? `${status} ${toAsciiJson(said.slice(0, maxShown))}` : String(status);
}
