import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { bindingsWith, dateText, send, type TestRequest } from "./client.ts";
import { bob, clear, mallory, provision } from "./fixtures.ts";
import { fingerprint, publicLine } from "./signer.ts";
import { wrapDatabase } from "./support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";

/** Every operation that is signed, as it does well. `my` stands for the account in the path. */
const operations: Readonly<Record<string, TestRequest>> = {
  ListImages: { method: "GET", path: "/my/images" },
  GetImage: { method: "GET", path: `/my/images/${image}` },
  HeadImage: { method: "HEAD", path: `/my/images/${image}` },
  ImageAudit: { method: "GET", path: `/my/images/${image}/audit` },
  UpdateImage: { path: `/my/images/${image}?action=update`, body: '{"name":"refused"}' },
  CloneImage: { path: `/my/images/${image}?action=clone` },
  DeleteImage: { method: "DELETE", path: `/my/images/${image}` },
  GetAccount: { method: "GET", path: "/my" },
  ListKeys: { method: "GET", path: "/my/keys" },
  GetKey: { method: "GET", path: "/my/keys/rsa" },
  CreateKey: { path: "/my/keys", body: JSON.stringify({ key: publicLine("ecdsa384") }) },
  DeleteKey: { method: "DELETE", path: "/my/keys/ecdsa" },
  ListDatacenters: { method: "GET", path: "/my/datacenters" },
};

type Refusal = {
  what: string;
  change: (request: TestRequest) => TestRequest;
  status: number;
  code: string;
  message: string;
  d1Calls: number;
};

const headers =
  (more: Record<string, string | null>) =>
  (request: TestRequest): TestRequest => ({
    ...request,
    headers: { ...request.headers, ...more },
  });

const signing =
  (sign: TestRequest["sign"]) =>
  (request: TestRequest): TestRequest => ({ ...request, sign: sign ?? {} });

const path =
  (login: string) =>
  (request: TestRequest): TestRequest => ({ ...request, path: request.path.replace("/my", `/${login}`) });

/** An Authorization as it stands, over a good Date. */
const authorization =
  (text: string) =>
  (request: TestRequest): TestRequest => ({
    ...request,
    sign: false,
    headers: { ...request.headers, Authorization: text, Date: dateText() },
  });

const keyId = `/bob/keys/${fingerprint("rsa")}`;
const parameters = `keyId="${keyId}",algorithm="rsa-sha256",headers="date",signature="AAAA"`;
const unauthenticated = "You must make authenticated requests to use CloudAPI";
const notGenuine = "Invalid Signature: the login, the key and the signature do not go together";
const versions = "7.0.0, 7.1.0, 7.2.0, 7.3.0, 8.0.0, 9.0.0";
const algorithms =
  "rsa-sha1, rsa-sha256, rsa-sha384, rsa-sha512, ecdsa-sha256, ecdsa-sha384, ecdsa-sha512, ed25519-sha512, hs2019";

const row = (
  what: string,
  change: Refusal["change"],
  [status, code, message, d1Calls = 0]: [number, string, string, number?],
): Refusal => ({
  what,
  change,
  status,
  code,
  message,
  d1Calls,
});

const malformed = (what: string, text: string, problem: string): Refusal =>
  row(what, authorization(text), [400, "InvalidHeader", `Authorization is malformed: ${problem}`]);

const forged = (what: string, change: Refusal["change"], d1Calls = 1): Refusal =>
  row(what, change, [401, "InvalidCredentials", notGenuine, d1Calls]);

const refusals: readonly Refusal[] = [
  row("no version that is served", headers({ "Accept-Version": "~10" }), [
    400,
    "InvalidVersion",
    `~10 is not supported; supported versions: ${versions}`,
  ]),
  row("a version range of 129 characters", headers({ "Api-Version": `7${" ".repeat(127)}9` }), [
    400,
    "InvalidVersion",
    `7${" ".repeat(63)}… is not supported; supported versions: ${versions}`,
  ]),
  row("no JSON accepted", headers({ Accept: "text/html, application/json;q=0, */*" }), [
    406,
    "NotAcceptableError",
    "Accept: text/html, application/json;q=0, */* admits no application/json, the only type here",
  ]),
  row("unsigned", signing(false), [401, "InvalidCredentials", unauthenticated]),
  row("another scheme", authorization("Basic Ym9iOmJvYg=="), [401, "InvalidCredentials", unauthenticated]),
  malformed("nothing but the scheme", "Signature", "the parameter keyId is missing"),
  malformed("no parameters", "Signature x", 'no parameter of the form name="value" at x'),
  malformed("no signature", parametersWithout("signature"), "the parameter signature is missing"),
  malformed("no algorithm", parametersWithout("algorithm"), "the parameter algorithm is missing"),
  malformed("a parameter twice", `Signature ${parameters},keyId="x"`, "the parameter keyId is repeated"),
  malformed("an open quote", 'Signature keyId="x', 'no parameter of the form name="value" at keyId="x'),
  malformed("a trailing comma", `Signature ${parameters},`, "it ends with a comma"),
  malformed("8193 characters", `Signature ${parameters},x="${"x".repeat(8193)}"`, "it is over 8192 characters"),
  malformed(
    "33 signed headers",
    `Signature ${parameters.replace('"date"', `"${"date ".repeat(33)}"`)}`,
    "headers lists 33 names; the limit is 32",
  ),
  malformed("both forms", `Signature ${parameters} AAAA`, "text stands after the parameters, and headers is given too"),
  malformed(
    "the legacy form with an ECDSA algorithm",
    `Signature keyId="${keyId}",algorithm="ecdsa-sha256" AAAA`,
    'the form without signature="…" is for RSA keys; ecdsa-sha256 was named',
  ),
  row("an unknown algorithm", authorization(`Signature ${parameters.replace("rsa-sha256", "rsa-md5")}`), [
    400,
    "InvalidHeader",
    `the algorithm rsa-md5 is not supported: supported: ${algorithms}`,
  ]),
  row("HMAC", authorization(`Signature ${parameters.replace("rsa-sha256", "hmac-sha256")}`), [
    400,
    "InvalidHeader",
    "the algorithm hmac-sha256 is not supported: HMAC needs a shared secret, and there is none; use RSA, ECDSA or Ed25519",
  ]),
  row("no date signed", signing({ names: ["host"] }), [
    400,
    "InvalidHeader",
    "the signature must cover date or x-date",
  ]),
  row(
    "no Date",
    (request) => ({
      ...authorization(`Signature ${parameters}`)(request),
      headers: { Authorization: `Signature ${parameters}` },
    }),
    [400, "InvalidHeader", "the signed header date is absent"],
  ),
  row("a Date that is none", signing({ dateText: "yesterday" }), [
    400,
    "InvalidHeader",
    "date: yesterday is no HTTP date",
  ]),
  row("an absent header signed", signing({ names: ["date", "x-nothing"] }), [
    400,
    "InvalidHeader",
    "the signed header x-nothing is absent",
  ]),
  row("a header signed that changes on its way", signing({ names: ["date", "accept-encoding"] }), [
    400,
    "InvalidHeader",
    "the header accept-encoding cannot be signed: it changes on its way here",
  ]),
  forged("a keyId of another shape", signing({ keyId: "bob" }), 0),
  forged("a sub-user", signing({ keyId: `/bob/users/eve/keys/${fingerprint("rsa")}` }), 0),
  forged("an unknown login", signing({ as: "nobody" })),
  forged("my as login", signing({ as: "my" })),
  forged("an unknown key", signing({ key: "stranger" })),
  forged("another's key", signing({ as: "mallory" })),
  forged("a wrong signature", authorization(`Signature ${parameters}`)),
  forged("a signature that is no base64", authorization(`Signature ${parameters.replace("AAAA", "?")}`)),
  forged(
    "an algorithm that does not fit the key",
    authorization(`Signature ${parameters.replace("rsa-sha256", "ed25519-sha512")}`),
  ),
  row("a disabled account", signing({ as: "disabled", key: "ed25519" }), [
    403,
    "NotAuthorized",
    "Account or user is disabled",
    1,
  ]),
  forged(
    "a disabled account and a wrong signature",
    signing({ as: "disabled", keyId: "/disabled/keys/ed25519", key: "rsa" }),
  ),
  row("another's path", path("mallory"), [
    403,
    "NotAuthorized",
    "only an operator may act as another account; mallory is not yours",
    1,
  ]),
  row("the path of no account", path("BOB"), [404, "ResourceNotFound", "BOB does not exist", 1]),
];

function parametersWithout(name: string): string {
  return `Signature ${parameters
    .split(",")
    .filter((parameter) => !parameter.startsWith(name))
    .join(",")}`;
}

const stored = () =>
  env.DB.batch(
    ["accounts", "keys", "images", "image_history"].map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  ).then((tables) => tables.map(({ results }) => results));

beforeAll(async () => {
  await clear(env.DB);
  const keys = (["rsa", "ecdsa", "ed25519"] as const).map((name) => ({ name, key: publicLine(name) }));
  await provision(env.DB, {
    accounts: [
      { ...bob, keys },
      { ...mallory, keys: [] },
      { uuid: "33333333-3333-4333-8333-333333333333", login: "disabled", disabled: true, keys },
    ],
    images: [{ uuid: image, owner: bob.uuid, name: "kept", version: "1", acl: [bob.uuid] }],
  });
});

/** Remembers bob's keys for all refusals: none of them makes it forget what a later one rests on. */
const warm = wrapDatabase(env.DB);

describe.each(Object.entries(operations))("%s refuses", (_, request) => {
  it.each(refusals.flatMap((refusal) => ["cold", "warm"].map((isolate) => ({ ...refusal, isolate }))))(
    "$what, in a $isolate isolate",
    async ({ isolate, change, status, code, message, d1Calls }) => {
      const before = await stored();
      const counted = isolate === "warm" ? warm : wrapDatabase(env.DB);
      const bindings = bindingsWith({ DB: counted.db });
      if (isolate === "warm") expect((await send({ method: "GET", path: "/my", bindings })).status).toBe(200);
      counted.calls = 0;
      const answer = await send({ ...change(request), bindings });
      expect(answer.status).toBe(status);
      if (request.method === "HEAD") expect(answer.text).toBe("");
      else expect(answer.json).toEqual({ code, message });
      expect(answer.headers.get("WWW-Authenticate")).toBe(
        status === 401 ? 'Signature realm="cloudapi",headers="date"' : null,
      );
      expect(counted.calls).toBe(d1Calls);
      expect(await stored()).toEqual(before);
    },
  );

  it("a Date more than 300 s off, either way, and no nearer one", async () => {
    for (const secondsOff of [-302, 302]) {
      const answer = await send({
        ...request,
        method: request.method === "HEAD" ? "GET" : (request.method ?? "POST"),
        sign: { secondsOff },
      });
      expect(answer.status).toBe(400);
      expect(answer.json).toMatchObject({
        code: "InvalidHeader",
        message: expect.stringContaining("the limit is 300 s"),
      });
    }
    for (const secondsOff of [-298, 298]) {
      const { status } = await send({
        ...request,
        path: request.path.replace("/my", "/mallory"),
        sign: { secondsOff },
      });
      expect(status).toBe(403);
    }
  });

  it("another method, whoever asks", async () => {
    for (const sign of [{}, false] as const) {
      const { status, json, headers: got } = await send({ ...request, method: "PATCH", sign });
      expect([status, json]).toEqual([
        405,
        { code: "MethodNotAllowedError", message: `PATCH is not allowed here; allowed: ${got.get("Allow")}` },
      ]);
    }
  });

  it("a signature without (request-target) where it is required", async () => {
    const bindings = bindingsWith({ REQUIRE_REQUEST_TARGET: "true" });
    const { status } = await send({ ...request, bindings });
    expect(status).toBe(400);
    const asMallory = { ...path("mallory")(request), bindings };
    expect((await send({ ...asMallory, sign: { names: ["(request-target)", "date"] } })).status).toBe(403);
  });
});
