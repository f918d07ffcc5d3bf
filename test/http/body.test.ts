import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { bindingsWith, send, type TestAnswer, type TestRequest } from "../client.ts";
import { bob, clear, mallory, provision } from "../fixtures.ts";
import { publicLine } from "../signer.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const nothing = "nothing to update: none of name, version, description, homepage, eula, acl, tags was sent";

beforeEach(async () => {
  await clear(env.DB);
  const accounts = [{ ...bob, keys: [{ name: "ed25519", key: publicLine("ed25519") }] }];
  await provision(env.DB, { accounts, images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1" }] });
});

const update = ({
  query = "?action=update",
  ...request
}: Partial<TestRequest> & { query?: string }): Promise<TestAnswer> =>
  send({ ...request, path: `/my/images/${image}${query}`, sign: { key: "ed25519" } });

const answerOf = ({ status, json }: TestAnswer) => ({ status, json });

const shown = { id: image, name: "n", version: "1", requirements: {}, owner: bob.uuid, public: false, state: "active" };

const ok = (change: Record<string, unknown>) => ({ status: 200, json: { ...shown, ...change } });

const refusal = (status: number, code: string, message: string) => ({ status, json: { code, message } });

/** A ValidationFailed with its entries. */
const failed = (message: string, errors: readonly unknown[]) => ({
  status: 422,
  json: { code: "ValidationFailed", message, errors },
});

const form = "application/x-www-form-urlencoded";

function multipart(parts: readonly string[]): Partial<TestRequest> {
  const body = `${parts.map((part) => `--b\r\nContent-Disposition: form-data; ${part}\r\n`).join("")}--b--\r\n`;
  return { body, headers: { "Content-Type": "multipart/form-data; boundary=b" } };
}

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));

describe("a body is read", () => {
  it.each<[string, Partial<TestRequest> & { query?: string }, Record<string, unknown>]>([
    [
      "as JSON without a Content-Type",
      { body: bytes('{"name":"a"}'), headers: { "Content-Type": null } },
      { name: "a" },
    ],
    ["as JSON with an empty Content-Type", { body: '{"name":"a"}', headers: { "Content-Type": "" } }, { name: "a" }],
    ["as JSON after a BOM", { body: '\ufeff{"name":"a"}' }, { name: "a" }],
    [
      "as JSON in any case, with any parameter",
      { body: '{"name":"a"}', headers: { "Content-Type": "Application/JSON; x=y" } },
      { name: "a" },
    ],
    ["without a coding by name", { body: '{"name":"a"}', headers: { "Content-Encoding": "identity" } }, { name: "a" }],
    [
      "as a form",
      { body: "name=a+b%2Fc&description=%C3%BC", headers: { "Content-Type": form } },
      { name: "a b/c", description: "ü" },
    ],
    [
      "as a form, repeated names as an array",
      { body: `acl=${bob.uuid}&acl=${mallory.uuid}`, headers: { "Content-Type": form } },
      { acl: [bob.uuid, mallory.uuid] },
    ],
    [
      "as multipart, files ignored",
      multipart(['name="name"\r\n\r\na', 'name="version"; filename="v"\r\n\r\n9']),
      { name: "a" },
    ],
    [
      "over query values",
      { query: "?action=update&name=q&version=2", body: '{"name":"b"}' },
      { name: "b", version: "2" },
    ],
    [
      "with the query's repeated names as an array",
      { query: `?acl=${bob.uuid}&action=update&acl=${mallory.uuid}` },
      { acl: [bob.uuid, mallory.uuid] },
    ],
    [
      "with an action that the query does not name",
      { query: "", body: '{"action":"update","name":"a"}' },
      { name: "a" },
    ],
    [
      "and cannot change the action, the account or the image",
      { body: '{"action":"clone","account":"mallory","login":"mallory","id":"x","uuid":"x","name":"a"}' },
      { name: "a" },
    ],
    [
      "with prototype names kept in tags",
      { body: '{"tags":{"__proto__":{"a":1},"constructor":2}}' },
      { tags: JSON.parse('{"__proto__":{"a":1},"constructor":2}') },
    ],
    [
      "with prototype names unknown at the top",
      { body: '{"__proto__":{"version":"9"},"constructor":{},"name":"a"}' },
      { name: "a" },
    ],
  ])("%s", async (_, request, change) => {
    expect(answerOf(await update(request))).toEqual(ok(change));
  });

  it("up to exactly 100000 bytes, streamed or not", async () => {
    const body = `{"tags":{"t":"${"t".repeat(99_983)}"}}`;
    expect(body.length).toBe(100_000);
    expect((await update({ body })).status).toBe(200);
    const tooLarge = refusal(413, "RequestTooLarge", "the request body is over 100000 bytes");
    expect(answerOf(await update({ body: `${body} ` }))).toEqual(tooLarge);
    // Without a socket, which would not let a length lie.
    const lying = { body: `${body} `, headers: { "Content-Length": "5" }, bindings: bindingsWith({}) };
    expect(answerOf(await update(lying))).toEqual(tooLarge);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 10_000;
        controller.enqueue(new Uint8Array(10_000).fill(32));
      },
    });
    expect(answerOf(await update({ body: endless }))).toEqual(tooLarge);
    expect(sent).toBeLessThan(300_000);
  });
});

describe("a body is refused", () => {
  const json = (problem: string) => refusal(400, "InvalidContent", `Invalid JSON: ${problem}`);
  const supported = "supported: application/json, application/x-www-form-urlencoded, multipart/form-data";
  const noObject = (sent: string) => refusal(400, "BadRequest", `the body must be a JSON object; ${sent} was sent`);

  it.each<[string, Partial<TestRequest> & { query?: string }, ReturnType<typeof refusal> | ReturnType<typeof failed>]>([
    ["no body", {}, failed(nothing, [])],
    ["null", { body: "null" }, failed(nothing, [])],
    ["bracketed names only", { query: "?action=update&tags[a]=b" }, failed(nothing, [])],
    ["an array", { body: "[]" }, noObject("an empty array")],
    ["text", { body: '"x"' }, noObject("x")],
    ["white space", { body: " \n" }, json("it ends too early at line 2, column 1")],
    ["a BOM alone", { body: "\ufeff" }, json("it ends too early at line 1, column 1")],
    ["invalid UTF-8", { body: bytes('{"name":"', [0xff], '"}') }, json("the body is not UTF-8")],
    [
      "a form with an escape of no UTF-8",
      { body: "name=%FF", headers: { "Content-Type": form } },
      refusal(400, "InvalidContent", "Invalid form: name=%FF has an escape that cannot be decoded"),
    ],
    [
      "a query with an escape of no UTF-8",
      { query: "?action=update&name=%FF" },
      refusal(400, "BadRequest", "the query part name=%FF has an escape that cannot be decoded"),
    ],
    [
      "multipart without its boundary",
      { body: "x", headers: { "Content-Type": "multipart/form-data" } },
      refusal(400, "InvalidContent", "Invalid multipart: the body does not follow its Content-Type's boundary"),
    ],
    [
      "multipart that is not",
      { body: '{"name":"a"}', headers: { "Content-Type": "multipart/form-data; boundary=b" } },
      refusal(400, "InvalidContent", "Invalid multipart: the body does not follow its Content-Type's boundary"),
    ],
    [
      "multipart with a part of no UTF-8",
      {
        body: bytes('--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na', [0xff], "\r\n--b--\r\n"),
        headers: { "Content-Type": "multipart/form-data; boundary=b" },
      },
      refusal(400, "InvalidContent", "Invalid multipart: the part name is not UTF-8"),
    ],
    [
      "another type",
      { body: "<a/>", headers: { "Content-Type": "text/xml" } },
      refusal(415, "UnsupportedMediaTypeError", `Content-Type text/xml is not supported; ${supported}`),
    ],
    [
      "a coding",
      { body: "x", headers: { "Content-Encoding": "gzip" } },
      refusal(415, "UnsupportedMediaTypeError", "Content-Encoding gzip is not supported; send the body uncoded"),
    ],
    [
      "a wrong Content-MD5",
      { body: "{}", headers: { "Content-MD5": "AAAA" } },
      refusal(400, "BadDigest", "Content-MD5 AAAA is not the body's"),
    ],
    ["no action", { query: "", body: "{}" }, refusal(409, "MissingParameter", "action is a required argument")],
    [
      "an empty action in the query",
      { query: "?action=", body: '{"action":"update"}' },
      refusal(409, "MissingParameter", "action is a required argument"),
    ],
    [
      "a null action",
      { query: "", body: '{"action":null}' },
      refusal(409, "MissingParameter", "action is a required argument"),
    ],
    [
      "a repeated action",
      { query: "?action=update&action=clone" },
      refusal(409, "InvalidArgument", "action update,clone is not a valid argument"),
    ],
    [
      "an action in another case",
      { query: "?action=Update" },
      refusal(409, "InvalidArgument", "action Update is not a valid argument"),
    ],
    [
      "constructor",
      { query: "?action=constructor" },
      refusal(409, "InvalidArgument", "action constructor is not a valid argument"),
    ],
    [
      "an action that is no text",
      { query: "", body: '{"action":{}}' },
      refusal(409, "InvalidArgument", "action an object is not a valid argument"),
    ],
  ])("%s", async (_, request, refused) => {
    expect(answerOf(await update(request))).toEqual(refused);
  });

  it("with every failing field at once, in the contract's order", async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(101)}1${"}".repeat(101)}`);
    const body = JSON.stringify({
      tags: deep,
      acl: ["x"],
      eula: "",
      homepage: " http://a",
      description: 5,
      version: null,
      name: "x".repeat(1025),
    });
    const { status, json: answer } = await update({ body });
    const url = (field: string) =>
      `${field} is an http: or https: URL of at most 1024 characters without white space at its ends, or null`;
    expect({ status, json: answer }).toEqual(
      failed("invalid image data: name, version, description, homepage, eula, acl, tags", [
        {
          field: "name",
          code: "Invalid",
          message: `name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; 1025 characters were sent: ${"x".repeat(64)}…`,
        },
        {
          field: "version",
          code: "MissingParameter",
          message: "version is 1 to 512 characters of A-Z a-z 0-9 . _ / + -; null was sent",
        },
        {
          field: "description",
          code: "Invalid",
          message:
            "description is a string of at most 10240 characters without U+0000 or a lone surrogate, or null; 5 was sent",
        },
        { field: "homepage", code: "Invalid", message: `${url("homepage")}; " http://a" was sent` },
        { field: "eula", code: "Invalid", message: `${url("eula")}; "" was sent` },
        {
          field: "acl",
          code: "Invalid",
          message: "acl is an array of account UUIDs in lower case, or null; an array was sent",
        },
        {
          field: "tags",
          code: "Invalid",
          message:
            "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null; more than 100 levels were sent",
        },
      ]),
    );
  });
});
