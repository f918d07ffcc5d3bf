import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import fixtures from "./data/fixtures.json";
import fixtures2 from "./data/fixtures2.json";
import vectors from "./data/vectors.json";
import vectors2 from "./data/vectors2.json";
import type { Answer } from "./support/answer.ts";
import { send, type TestRequest } from "./support/client.ts";
import { clear, provision } from "./support/fixtures.ts";
import type { KeyName } from "./support/signer.ts";

/** A request that was recorded on the real service, and the answer that we want: `data/vectors.json`, `vectors2.json`. */
type Vector = {
  name: string;
  group: string;
  request: {
    method: string;
    path: string;
    headers: Record<string, string | null>;
    body?: string;
    nosign?: boolean;
    signdate?: number;
    as?: string;
    key?: KeyName;
    alg?: string;
    fp?: "md5" | "sha256";
    signheaders?: string[];
  };
  expect: {
    status: number | number[];
    code?: string;
    message?: string;
    json?: Record<string, unknown> | readonly Record<string, unknown>[];
    has?: Record<string, unknown>;
    absent?: string[];
    fields?: string[];
    fieldCodes?: string[];
    headers?: Record<string, string>;
    apiVersion?: string;
  };
};

/** "{{t*99000}}" stands for "t" 99000 times. */
const expand = (recorded: unknown): Vector[] =>
  JSON.parse(
    JSON.stringify(recorded).replace(/\{\{(.)\*(\d+)\}\}/g, (_, character: string, times: string) =>
      character.repeat(Number(times)),
    ),
  );

const keyOrder =
  "id name version os requirements type image_size description files tags homepage published_at owner public state eula acl origin error".split(
    " ",
  );

function readRequest({ request }: Vector): TestRequest {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, value === "@now" ? new Date().toUTCString() : value]),
  );
  return {
    method: request.method,
    path: request.path,
    headers,
    ...(request.body !== undefined && { body: request.body }),
    sign: !request.nosign && {
      ...(request.as && { as: request.as }),
      key: request.key ?? "rsa",
      ...(request.alg && { algorithm: request.alg }),
      ...(request.fp && { fingerprint: request.fp }),
      ...(request.signdate && { secondsOff: request.signdate }),
      names: request.signheaders ?? ["date"],
    },
  };
}

function expectHeaders({ status, headers, text }: Answer, method: string): void {
  const names = ["Request-Id", "Api-Version", "Response-Time"];
  for (const name of names) expect(headers.get(name), name).toBe(headers.get(`X-${name}`));
  expect(headers.get("Request-Id")).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  expect(headers.get("Response-Time")).toMatch(/^\d+$/);
  expect(headers.get("Server")).toMatch(/^cloudapi\/\d+\.\d+\.\d+$/);
  expect(headers.get("Date")).toMatch(/GMT$/);
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Cache-Control")).toBe("private, no-cache, no-transform");
  expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  for (const name of ["Methods", "Headers"]) expect(headers.get(`Access-Control-Allow-${name}`), name).toBeTruthy();
  expect(headers.get("Access-Control-Expose-Headers")).toBeTruthy();
  expect(headers.get("WWW-Authenticate")).toBe(status === 401 ? 'Signature realm="cloudapi",headers="date"' : null);
  expect(headers.has("Allow")).toBe(status === 405);
  if (status === 204) return;
  expect(headers.get("Content-Type")).toBe("application/json");
  const md5 = createHash("md5").update(text).digest("base64");
  if (method !== "HEAD") expect(headers.get("Content-MD5")).toBe(md5);
}

function expectBody({ json, status, text }: Answer, wanted: Vector["expect"]): void {
  expect(text).toMatch(/^[\u0020-\u007e]*$/);
  const body = (json ?? {}) as Record<string, unknown>;
  if (wanted.code) expect(body["code"]).toBe(wanted.code);
  if (wanted.message) expect(body["message"]).toBe(wanted.message);
  if (status >= 400) expectFields(body, wanted);
  if (status !== 200 && status !== 201) return;
  for (const image of [json].flat() as Record<string, unknown>[]) {
    if ("requirements" in image) expect(Object.keys(image)).toEqual(keyOrder.filter((key) => key in image));
  }
  if (wanted.json) expect([json].flat().map(dropErrorMessage)).toEqual([wanted.json].flat().map(dropErrorMessage));
  if (wanted.has) expect(body).toMatchObject(wanted.has);
  for (const key of wanted.absent ?? []) expect(body).not.toHaveProperty(key);
}

function expectFields(body: Record<string, unknown>, wanted: Vector["expect"]): void {
  const errors = (body["errors"] ?? []) as { field: string; code: string }[];
  if (wanted.fields) expect(errors.map((error) => error.field)).toEqual(wanted.fields);
  if (wanted.fieldCodes) expect(errors.map((error) => error.code)).toEqual(wanted.fieldCodes);
}

/** Drops the message of an image's error, which is ours and not compared. */
function dropErrorMessage(value: unknown): unknown {
  const image = value as Record<string, unknown>;
  return image["error"] ? { ...image, error: { code: (image["error"] as { code: string }).code } } : image;
}

describe.each([
  { name: "vectors.json", recorded: vectors, accounts: fixtures },
  { name: "vectors2.json", recorded: vectors2, accounts: fixtures2 },
])("conformance: the requests recorded on the real service, $name", ({ recorded, accounts }) => {
  beforeAll(async () => {
    await clear(env.DB);
    await provision(env.DB, accounts);
  });

  it.each(expand(recorded).map((vector) => [vector.name.slice(0, 90), vector] as const))("%s", async (_, vector) => {
    const answer = await send(readRequest(vector));
    expect([vector.expect.status].flat(), answer.text).toContain(answer.status);
    expectHeaders(answer, vector.request.method);
    for (const [name, value] of Object.entries(vector.expect.headers ?? {}))
      expect(answer.headers.get(name)).toBe(value);
    if (vector.expect.apiVersion) expect(answer.headers.get("X-Api-Version")).toBe(vector.expect.apiVersion);
    if (vector.request.method !== "HEAD") expectBody(answer, vector.expect);
  });
});
