import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { formatDate, makeBindings, send, type TestRequest } from "./support/client.ts";
import { bob, clear, mallory, provision } from "./support/fixtures.ts";
import { computeFingerprint, formatPublicLine, makeKey } from "./support/signer.ts";
import { wrapDatabase } from "./support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";

/** A good request for every signed operation. `my` stands for the account in the path. */
const operations: Readonly<Record<string, TestRequest>> = {
  ListImages: { method: "GET", path: "/my/images" },
  GetImage: { method: "GET", path: `/my/images/${image}` },
  HeadImage: { method: "HEAD", path: `/my/images/${image}` },
  ImageAudit: { method: "GET", path: `/my/images/${image}/audit` },
  UpdateImage: { path: `/my/images/${image}?action=update`, body: '{"name":"refused"}' },
  CloneImage: { path: `/my/images/${image}?action=clone` },
  DeleteImage: { method: "DELETE", path: `/my/images/${image}` },
  GetAccount: { method: "GET", path: "/my" },
  UpdateAccount: { path: "/my", body: '{"city":"refused"}' },
  ListKeys: { method: "GET", path: "/my/keys" },
  GetKey: { method: "GET", path: "/my/keys/rsa" },
  CreateKey: { path: "/my/keys", body: JSON.stringify({ key: formatPublicLine("ecdsa384") }) },
  DeleteKey: { method: "DELETE", path: "/my/keys/ecdsa" },
  ListDatacenters: { method: "GET", path: "/my/datacenters" },
};

type Refusal = {
  what: string;
  change: (request: TestRequest) => TestRequest;
  status: number;
  code: string;
  message: string;
  calls: number;
};

const setHeaders =
  (more: Record<string, string | null>) =>
  (request: TestRequest): TestRequest => ({
    ...request,
    headers: { ...request.headers, ...more },
  });

const setSigning =
  (sign: TestRequest["sign"]) =>
  (request: TestRequest): TestRequest => ({ ...request, sign: sign ?? {} });

const setLogin =
  (login: string) =>
  (request: TestRequest): TestRequest => ({ ...request, path: request.path.replace("/my", `/${login}`) });

/** An Authorization header as given, with a good Date. */
const setAuthorization =
  (text: string) =>
  (request: TestRequest): TestRequest => ({
    ...request,
    sign: false,
    headers: { ...request.headers, Authorization: text, Date: formatDate() },
  });

const keyId = `/bob/keys/${computeFingerprint("rsa")}`;
const parameters = `keyId="${keyId}",algorithm="rsa-sha256",headers="date",signature="AAAA"`;
const notSigned = "You must make authenticated requests to use CloudAPI";
const wrongCredentials = "Invalid Signature: the login, the key and the signature do not go together";
const versions = "7.0.0, 7.1.0, 7.2.0, 7.3.0, 8.0.0, 9.0.0";
const algorithms =
  "rsa-sha1, rsa-sha256, rsa-sha384, rsa-sha512, ecdsa-sha256, ecdsa-sha384, ecdsa-sha512, ed25519-sha512, hs2019";

const makeRow = (
  what: string,
  change: Refusal["change"],
  [status, code, message, calls = 0]: [number, string, string, number?],
): Refusal => ({
  what,
  change,
  status,
  code,
  message,
  calls,
});

const makeMalformed = (what: string, text: string, problem: string): Refusal =>
  makeRow(what, setAuthorization(text), [400, "InvalidHeader", `Authorization is malformed: ${problem}`]);

const makeForged = (what: string, change: Refusal["change"], calls = 2): Refusal =>
  makeRow(what, change, [401, "InvalidCredentials", wrongCredentials, calls]);

const refusals: readonly Refusal[] = [
  makeRow("a version that is not supported", setHeaders({ "Accept-Version": "~10" }), [
    400,
    "InvalidVersion",
    `~10 is not supported; supported versions: ${versions}`,
  ]),
  makeRow("a version range of 129 characters", setHeaders({ "Api-Version": `7${" ".repeat(127)}9` }), [
    400,
    "InvalidVersion",
    `7${" ".repeat(63)}... is not supported; supported versions: ${versions}`,
  ]),
  makeRow("an Accept header without JSON", setHeaders({ Accept: "text/html, application/json;q=0, */*" }), [
    406,
    "NotAcceptableError",
    "Accept: text/html, application/json;q=0, */* admits no application/json, the only type here",
  ]),
  makeRow("an unsigned request", setSigning(false), [401, "InvalidCredentials", notSigned]),
  makeRow("another scheme", setAuthorization("Basic Ym9iOmJvYg=="), [401, "InvalidCredentials", notSigned]),
  makeMalformed("a scheme without parameters", "Signature", "the parameter keyId is missing"),
  makeMalformed("text that is no parameter", "Signature x", 'no parameter of the form name="value" at x'),
  makeMalformed("a missing signature", omitParameter("signature"), "the parameter signature is missing"),
  makeMalformed("a missing algorithm", omitParameter("algorithm"), "the parameter algorithm is missing"),
  makeMalformed("a repeated parameter", `Signature ${parameters},keyId="x"`, "the parameter keyId is repeated"),
  makeMalformed("an open quote", 'Signature keyId="x', 'no parameter of the form name="value" at keyId="x'),
  makeMalformed("a trailing comma", `Signature ${parameters},`, "it ends with a comma"),
  makeMalformed(
    "a header of over 8192 characters",
    `Signature ${parameters},x="${"x".repeat(8193)}"`,
    "it is over 8192 characters",
  ),
  makeMalformed(
    "33 signed headers",
    `Signature ${parameters.replace('"date"', `"${"date ".repeat(33)}"`)}`,
    "headers lists 33 names; the limit is 32",
  ),
  makeMalformed(
    "both forms at once",
    `Signature ${parameters} AAAA`,
    "text stands after the parameters, and signature is given too",
  ),
  makeMalformed(
    "the legacy form with another list than date",
    `Signature keyId="${keyId}",algorithm="rsa-sha256",headers="date host" AAAA`,
    'the form without signature="…" signs date alone; headers lists date host',
  ),
  makeMalformed(
    "the legacy form with an ECDSA algorithm",
    `Signature keyId="${keyId}",algorithm="ecdsa-sha256" AAAA`,
    'the form without signature="…" is for RSA keys; ecdsa-sha256 was named',
  ),
  makeRow("an unknown algorithm", setAuthorization(`Signature ${parameters.replace("rsa-sha256", "rsa-md5")}`), [
    400,
    "InvalidHeader",
    `the algorithm rsa-md5 is not supported: supported: ${algorithms}`,
  ]),
  makeRow("HMAC", setAuthorization(`Signature ${parameters.replace("rsa-sha256", "hmac-sha256")}`), [
    400,
    "InvalidHeader",
    "the algorithm hmac-sha256 is not supported: HMAC needs a shared secret, and there is none; use RSA, ECDSA or Ed25519",
  ]),
  makeRow("a signature without a date", setSigning({ names: ["host"] }), [
    400,
    "InvalidHeader",
    "the signature must cover date or x-date",
  ]),
  makeRow(
    "a missing Date",
    (request) => ({
      ...setAuthorization(`Signature ${parameters}`)(request),
      headers: { Authorization: `Signature ${parameters}` },
    }),
    [400, "InvalidHeader", "the signed header date is absent"],
  ),
  makeRow("a Date that cannot be parsed", setSigning({ date: "yesterday" }), [
    400,
    "InvalidHeader",
    "date: yesterday is no HTTP date",
  ]),
  makeRow("a signed header that is absent", setSigning({ names: ["date", "x-nothing"] }), [
    400,
    "InvalidHeader",
    "the signed header x-nothing is absent",
  ]),
  makeRow("a signed header that changes on its way", setSigning({ names: ["date", "accept-encoding"] }), [
    400,
    "InvalidHeader",
    "the header accept-encoding cannot be signed: it changes on its way here",
  ]),
  makeForged("a malformed keyId", setSigning({ keyId: "bob" }), 0),
  makeForged("a sub-user", setSigning({ keyId: `/bob/users/eve/keys/${computeFingerprint("rsa")}` }), 0),
  makeForged("an unknown login", setSigning({ as: "nobody" })),
  makeForged("the login my", setSigning({ as: "my" })),
  makeForged("an unknown key", setSigning({ key: "stranger" })),
  makeForged("the key of another account", setSigning({ as: "mallory" })),
  makeForged("a wrong signature", setAuthorization(`Signature ${parameters}`)),
  makeForged("a signature that is not base64", setAuthorization(`Signature ${parameters.replace("AAAA", "?")}`)),
  makeForged(
    "an algorithm that does not fit the key",
    setAuthorization(`Signature ${parameters.replace("rsa-sha256", "ed25519-sha512")}`),
  ),
  makeRow("a disabled account", setSigning({ as: "disabled", key: "ed25519" }), [
    403,
    "NotAuthorized",
    "Account or user is disabled",
    2,
  ]),
  makeForged(
    "a disabled account and a wrong signature",
    setSigning({ as: "disabled", keyId: "/disabled/keys/ed25519", key: "rsa" }),
  ),
  makeRow("the path of another account", setLogin("mallory"), [
    403,
    "NotAuthorized",
    "only an operator may act as another account; mallory is not yours",
    2,
  ]),
  makeRow("the path of an unknown account", setLogin("BOB"), [404, "ResourceNotFound", "BOB does not exist", 2]),
];

function omitParameter(name: string): string {
  const left = parameters.split(",").filter((parameter) => !parameter.startsWith(name));
  return `Signature ${left.join(",")}`;
}

const readStored = () =>
  env.DB.batch(
    ["accounts", "keys", "images", "image_history"].map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  ).then((tables) => tables.map(({ results }) => results));

beforeAll(async () => {
  await clear(env.DB);
  const keys = (["rsa", "ecdsa", "ed25519"] as const).map(makeKey);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys },
      { ...mallory, keys: [] },
      { uuid: "33333333-3333-4333-8333-333333333333", login: "disabled", disabled: true, keys },
    ],
    images: [{ uuid: image, owner: bob.uuid, name: "kept", version: "1", acl: [bob.uuid] }],
  });
});

/** One warm isolate for all refusals: none of them may evict what a later one needs. */
const warm = wrapDatabase(env.DB);

/** In full all; else all at a read and at a write, and at each other operation every ninth, from another one on. */
const chooseRefusals = (operation: string): readonly Refusal[] =>
  env.SCALE === "full" || operation === "GetImage" || operation === "UpdateImage"
    ? refusals
    : refusals.filter((_, at) => at % 9 === Object.keys(operations).indexOf(operation) % 9);

describe.each(Object.entries(operations))("%s refuses", (operation, request) => {
  it.each(chooseRefusals(operation).flatMap((refusal) => ["cold", "warm"].map((isolate) => ({ ...refusal, isolate }))))(
    "$what, in a $isolate isolate",
    async ({ isolate, change, status, code, message, calls }) => {
      const before = await readStored();
      const counted = isolate === "warm" ? warm : wrapDatabase(env.DB);
      const bindings = makeBindings({ DB: counted.db });
      if (isolate === "warm") expect((await send({ method: "GET", path: "/my", bindings })).status).toBe(200);
      counted.calls = 0;
      const answer = await send({ ...change(request), bindings });
      expect(answer.status).toBe(status);
      if (request.method === "HEAD") expect(answer.text).toBe("");
      else expect(answer.json).toEqual({ code, message });
      expect(answer.headers.get("WWW-Authenticate")).toBe(
        status === 401 ? 'Signature realm="cloudapi",headers="date"' : null,
      );
      expect(counted.calls).toBe(calls);
      expect(await readStored()).toEqual(before);
    },
  );

  it("a Date that is more than 300 s off, either way, and no closer one", async () => {
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

  it("another method, signed or not", async () => {
    for (const sign of [{}, false] as const) {
      const { status, json, headers: answered } = await send({ ...request, method: "PATCH", sign });
      expect([status, json]).toEqual([
        405,
        { code: "MethodNotAllowedError", message: `PATCH is not allowed here; allowed: ${answered.get("Allow")}` },
      ]);
    }
  });

  it("a signature without (request-target) if REQUIRE_REQUEST_TARGET is set", async () => {
    const bindings = makeBindings({ REQUIRE_REQUEST_TARGET: "true" });
    const { status } = await send({ ...request, bindings });
    expect(status).toBe(400);
    const asMallory = { ...setLogin("mallory")(request), bindings };
    expect((await send({ ...asMallory, sign: { names: ["(request-target)", "date"] } })).status).toBe(403);
  });
});
