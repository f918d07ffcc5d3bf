import { env, exports } from "cloudflare:workers";
import { app } from "../../src/app.ts";
import type { Bindings } from "../../src/context.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { expectDocumented } from "./documented.ts";
import { computeFingerprint, type KeyName, signText } from "./signer.ts";

/** A request to send. By default bob's ed25519 key signs its date. */
export type TestRequest = {
  method?: string;
  /** Path and query, raw. */
  path: string;
  headers?: Readonly<Record<string, string | null>>;
  body?: string | Uint8Array | ReadableStream;
  /** false sends no Authorization. */
  sign?: Signing | false;
  /** A wrapped database or other variables. The application is then called directly, without a socket. */
  bindings?: Bindings;
};

/** How to sign a request. */
export type Signing = {
  key?: KeyName;
  /** The login in the keyId. */
  as?: string;
  keyId?: string;
  fingerprint?: "md5" | "sha256";
  algorithm?: string;
  /** The headers="…" list; null leaves it out. */
  names?: readonly string[] | null;
  form?: "cavage" | "legacy";
  opaque?: string;
  /** How far the Date is from now. */
  secondsOff?: number;
  /** The Date, verbatim. */
  date?: string;
};

/** Sends a request through the Worker and reads the answer, which must be one that the OpenAPI document has. */
export async function send(test: TestRequest): Promise<Answer> {
  return await sendMade(await makeRequest(test), test.bindings);
}

/** The same with a request as it is. @param bindings as {@link TestRequest} has them */
export async function sendMade(request: Request, bindings?: Bindings): Promise<Answer> {
  const { method, url } = request;
  const response = bindings ? await app.fetch(request, bindings) : await exports.default.fetch(request);
  const answer = await readAnswer(response);
  expectDocumented({ method, url }, answer);
  return answer;
}

/** The request, signed. */
export async function makeRequest({
  method = "POST",
  path,
  headers = {},
  body,
  sign = {},
}: TestRequest): Promise<Request> {
  const all = new Headers({ Host: "127.0.0.1", Accept: "application/json" });
  if (body !== undefined) all.set("Content-Type", "application/json");
  for (const [name, value] of Object.entries(headers)) value === null ? all.delete(name) : all.set(name, value);
  if (sign !== false) {
    if (!all.has("Date")) all.set("Date", sign.date ?? formatDate(sign.secondsOff));
    all.set("Authorization", await makeAuthorization(sign, { method, path, headers: all }));
  }
  // As bytes: a string would bring a Content-Type of its own.
  const sent = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return new Request(`http://127.0.0.1${path}`, { method, headers: all, ...(sent !== undefined && { body: sent }) });
}

/** An HTTP date some seconds from now. */
export const formatDate = (secondsOff = 0): string => new Date(Date.now() + secondsOff * 1000).toUTCString();

const chooseAlgorithm = (key: KeyName): string =>
  key === "ed25519" ? "ed25519-sha512" : key.startsWith("ecdsa") ? "ecdsa-sha256" : "rsa-sha256";

async function makeAuthorization(
  {
    key = "ed25519",
    as = "bob",
    keyId,
    fingerprint,
    algorithm = chooseAlgorithm(key),
    names = ["date"],
    form,
    opaque,
  }: Signing,
  request: { method: string; path: string; headers: Headers },
): Promise<string> {
  const id = keyId ?? `/${as}/keys/${computeFingerprint(key, fingerprint)}`;
  if (form === "legacy") {
    const signature = await signText(key, algorithm, request.headers.get("Date") ?? "");
    return `Signature keyId="${id}",algorithm="${algorithm}" ${signature}`;
  }
  const pseudoHeaders = new Map([
    ["(request-target)", `${request.method.toLowerCase()} ${request.path}`],
    ["(keyid)", id],
    ["(algorithm)", algorithm],
    ["(opaque)", opaque],
  ]);
  const text = (names ?? [request.headers.has("x-date") ? "x-date" : "date"])
    .map((name) =>
      name === "request-line"
        ? `${request.method} ${request.path} HTTP/1.1`
        : `${name}: ${pseudoHeaders.get(name) ?? (name.startsWith("(") ? "" : request.headers.get(name))}`,
    )
    .join("\n");
  const list = `${names ? `,headers="${names.join(" ")}"` : ""}${opaque === undefined ? "" : `,opaque="${opaque}"`}`;
  return `Signature keyId="${id}",algorithm="${algorithm}"${list},signature="${await signText(key, algorithm, text)}"`;
}

/** No replica is too slow for a test, however busy the machine is. In vitest.config.ts too. */
export const nearWaitMs = 600_000;

/** The test's own bindings with some replaced. */
export const makeBindings = (some: Partial<Bindings>): Bindings => ({
  DB: env.DB,
  NEAR_WAIT_MS: String(nearWaitMs),
  ...some,
});
