import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type Answer, pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const nothing = "nothing to update: none of name, version, description, homepage, eula, acl, tags was sent";

beforeEach(async () => {
  await clear(env.DB);
  const accounts = [{ ...bob, keys: [makeKey("ed25519")] }];
  await provision(env.DB, { accounts, images: [{ uuid: image, owner: bob.uuid, name: "n", version: "1" }] });
});

const update = ({ query = "?action=update", ...request }: Partial<TestRequest> & { query?: string }): Promise<Answer> =>
  send({ ...request, path: `/my/images/${image}${query}`, sign: { key: "ed25519" } });

const shown = { id: image, name: "n", version: "1", requirements: {}, owner: bob.uuid, public: false, state: "active" };

const makeAccepted = (change: Record<string, unknown>) => ({ status: 200, json: { ...shown, ...change } });

const makeRefusal = (status: number, code: string, message: string) => ({ status, json: { code, message } });

/** A ValidationFailed with its entries. */
const makeValidationFailed = (message: string, errors: readonly unknown[]) => ({
  status: 422,
  json: { code: "ValidationFailed", message, errors },
});

const form = "application/x-www-form-urlencoded";
const noMultipart = makeRefusal(
  400,
  "InvalidContent",
  "Invalid multipart: the body does not follow its Content-Type's boundary, or a part has no name",
);

function makeMultipart(parts: readonly string[]): Partial<TestRequest> {
  const body = `${parts.map((part) => `--b\r\nContent-Disposition: form-data; ${part}\r\n`).join("")}--b--\r\n`;
  return { body, headers: { "Content-Type": "multipart/form-data; boundary=b" } };
}

const encode = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));

describe("a body is read", () => {
  it.each<[string, Partial<TestRequest> & { query?: string }, Record<string, unknown>]>([
    [
      "as JSON without a Content-Type",
      { body: encode('{"name":"a"}'), headers: { "Content-Type": null } },
      { name: "a" },
    ],
    ["as JSON with an empty Content-Type", { body: '{"name":"a"}', headers: { "Content-Type": "" } }, { name: "a" }],
    ["as JSON after a BOM", { body: '\ufeff{"name":"a"}' }, { name: "a" }],
    [
      "as JSON in any case, with any parameter",
      { body: '{"name":"a"}', headers: { "Content-Type": "Application/JSON; x=y" } },
      { name: "a" },
    ],
    [
      "with the content coding identity",
      { body: '{"name":"a"}', headers: { "Content-Encoding": "identity" } },
      { name: "a" },
    ],
    [
      "as a form",
      { body: "name=a+b%2Fc&description=%C3%BC", headers: { "Content-Type": form } },
      { name: "a b/c", description: "ü" },
    ],
    [
      "as a form, with a percent sign that begins no escape",
      { body: "description=50%+off", headers: { "Content-Type": form } },
      { description: "50% off" },
    ],
    [
      "as a form, with repeated names as an array",
      { body: `acl=${bob.uuid}&acl=${mallory.uuid}`, headers: { "Content-Type": form } },
      { acl: [bob.uuid, mallory.uuid] },
    ],
    [
      "as multipart, its files as text",
      makeMultipart(['name="name"\r\n\r\na', 'name="version"; filename="v"\r\n\r\n9']),
      { name: "a", version: "9" },
    ],
    [
      "and its values win over those of the query",
      { query: "?action=update&name=q&version=2", body: '{"name":"b"}' },
      { name: "b", version: "2" },
    ],
    [
      "with repeated names of the query as an array",
      { query: `?acl=${bob.uuid}&action=update&acl=${mallory.uuid}` },
      { acl: [bob.uuid, mallory.uuid] },
    ],
    ["for the action when the query has none", { query: "", body: '{"action":"update","name":"a"}' }, { name: "a" }],
    [
      "and cannot replace the action, the account or the image",
      { body: '{"action":"clone","account":"mallory","login":"mallory","id":"x","uuid":"x","dataset":"x","name":"a"}' },
      { name: "a" },
    ],
    [
      "and prototype names in tags are stored",
      { body: '{"tags":{"__proto__":{"a":1},"constructor":2}}' },
      { tags: JSON.parse('{"__proto__":{"a":1},"constructor":2}') },
    ],
    [
      "and prototype names beside the fields are ignored",
      { body: '{"__proto__":{"version":"9"},"constructor":{},"name":"a"}' },
      { name: "a" },
    ],
  ])("%s", async (_, request, change) => {
    expect(pickStatusAndJson(await update(request))).toEqual(makeAccepted(change));
  });

  it("up to exactly 100000 bytes, with a length, a wrong one, or none", async () => {
    const body = `{"tags":{"t":"${"t".repeat(99_983)}"}}`;
    expect(body.length).toBe(100_000);
    expect((await update({ body })).status).toBe(200);
    const tooLarge = makeRefusal(413, "RequestTooLarge", "the request body is over 100000 bytes");
    expect(pickStatusAndJson(await update({ body: `${body} ` }))).toEqual(tooLarge);
    // Called directly: over a socket, HTTP enforces the length.
    const misdeclared = { body: `${body} `, headers: { "Content-Length": "5" }, bindings: makeBindings({}) };
    expect(pickStatusAndJson(await update(misdeclared))).toEqual(tooLarge);
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 10_000;
        controller.enqueue(new Uint8Array(10_000).fill(32));
      },
    });
    expect(pickStatusAndJson(await update({ body: endless }))).toEqual(tooLarge);
    expect(sent).toBeLessThan(300_000);
  });
});

describe("a body is refused", () => {
  const json = (problem: string) => makeRefusal(400, "InvalidContent", `Invalid JSON: ${problem}`);
  const supported = "supported: application/json, application/x-www-form-urlencoded, multipart/form-data";
  const makeNotObject = (sent: string) =>
    makeRefusal(400, "BadRequest", `the body must be a JSON object; ${sent} was sent`);

  it.each<
    [
      string,
      Partial<TestRequest> & { query?: string },
      ReturnType<typeof makeRefusal> | ReturnType<typeof makeValidationFailed>,
    ]
  >([
    ["when there is none", {}, makeValidationFailed(nothing, [])],
    ["when it is null", { body: "null" }, makeValidationFailed(nothing, [])],
    [
      "when it is JSON that was sent as a form, which the message says",
      { body: '{"name":"a"}', headers: { "Content-Type": `${form}; charset=utf-8` } },
      makeValidationFailed(`${nothing}; the body was read as ${form}`, []),
    ],
    ["when it has bracketed names only", { query: "?action=update&tags[a]=b" }, makeValidationFailed(nothing, [])],
    ["when it is an array", { body: "[]" }, makeNotObject("an empty array")],
    ["when it is a string", { body: '"x"' }, makeNotObject("x")],
    ["when it is white space", { body: " \n" }, json("it ends too early at line 2, column 1")],
    ["when it is a BOM alone", { body: "\ufeff" }, json("it ends too early at line 1, column 1")],
    ["when it is not UTF-8", { body: encode('{"name":"', [0xff], '"}') }, json("the body is not UTF-8")],
    [
      "when it is a form with an escape that is not UTF-8",
      { body: "name=%FF", headers: { "Content-Type": form } },
      makeRefusal(400, "InvalidContent", "Invalid form: name=%FF is not UTF-8"),
    ],
    [
      "when the query has an escape that is not UTF-8",
      { query: "?action=update&name=%FF" },
      makeRefusal(400, "BadRequest", "the query part name=%FF is not UTF-8"),
    ],
    [
      "when it is multipart and its type names no boundary",
      { body: "x", headers: { "Content-Type": "multipart/form-data" } },
      noMultipart,
    ],
    [
      "when it is not the multipart that its type says",
      { body: '{"name":"a"}', headers: { "Content-Type": "multipart/form-data; boundary=b" } },
      noMultipart,
    ],
    ["when a part of multipart has an empty name", makeMultipart(['name=""\r\n\r\na']), noMultipart],
    [
      "when a part is not UTF-8",
      {
        body: encode('--b\r\nContent-Disposition: form-data; name="name"\r\n\r\na', [0xff], "\r\n--b--\r\n"),
        headers: { "Content-Type": "multipart/form-data; boundary=b" },
      },
      makeRefusal(400, "InvalidContent", "Invalid multipart: the part name is not UTF-8"),
    ],
    [
      "when its type is not supported",
      { body: "<a/>", headers: { "Content-Type": "text/xml" } },
      makeRefusal(415, "UnsupportedMediaTypeError", `Content-Type text/xml is not supported; ${supported}`),
    ],
    [
      "when it has a content coding",
      { body: "x", headers: { "Content-Encoding": "gzip" } },
      makeRefusal(415, "UnsupportedMediaTypeError", "Content-Encoding gzip is not supported; send the body uncoded"),
    ],
    [
      "when its Content-MD5 is wrong",
      { body: "{}", headers: { "Content-MD5": "AAAA" } },
      makeRefusal(400, "BadDigest", "Content-MD5 AAAA is not the body's"),
    ],
    [
      "when there is no action",
      { query: "", body: "{}" },
      makeRefusal(409, "MissingParameter", "action is a required argument"),
    ],
    [
      "when the action in the query is empty",
      { query: "?action=", body: '{"action":"update"}' },
      makeRefusal(409, "MissingParameter", "action is a required argument"),
    ],
    [
      "when the action is null",
      { query: "", body: '{"action":null}' },
      makeRefusal(409, "MissingParameter", "action is a required argument"),
    ],
    [
      "when the action is repeated",
      { query: "?action=update&action=clone" },
      makeRefusal(409, "InvalidArgument", "action update,clone is not a valid argument"),
    ],
    [
      "when the action is written in another case",
      { query: "?action=Update" },
      makeRefusal(409, "InvalidArgument", "action Update is not a valid argument"),
    ],
    [
      "when the action is constructor",
      { query: "?action=constructor" },
      makeRefusal(409, "InvalidArgument", "action constructor is not a valid argument"),
    ],
    [
      "when the action is not a string",
      { query: "", body: '{"action":{}}' },
      makeRefusal(409, "InvalidArgument", "action an object is not a valid argument"),
    ],
  ])("%s", async (_, request, refused) => {
    expect(pickStatusAndJson(await update(request))).toEqual(refused);
  });

  it("with an entry for every failing field, in the documentation's order", async () => {
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
    const answer = await update({ body });
    const url = (field: string) =>
      `${field} is an http: or https: URL of at most 1024 characters without white space at its ends, or null`;
    expect(pickStatusAndJson(answer)).toEqual(
      makeValidationFailed("invalid image data: name, version, description, homepage, eula, acl, tags", [
        {
          field: "name",
          code: "Invalid",
          message: `name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; 1025 characters were sent: ${"x".repeat(64)}...`,
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
          message: 'acl[0]: "x" is not an account UUID in lower case',
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
