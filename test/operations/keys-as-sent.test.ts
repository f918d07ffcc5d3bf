import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { send } from "../support/client.ts";
import { bob, clear, provision } from "../support/fixtures.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, { accounts: [{ ...bob, keys: [makeKey("ed25519")] }], images: [] });
});

const line = formatPublicLine("rsa");
const [type = "", base64 = ""] = line.split(" ");

const create = async (key: string) =>
  pickStatusAndJson(await send({ path: "/my/keys", body: JSON.stringify({ name: "new", key }) }));

/** The key as it is stored. */
const stored = async () => {
  const answer = await send({ method: "GET", path: "/my/keys/new" });
  return answer.status === 200 ? (answer.json as { key: string }).key : answer.status;
};

/** Breaks text into lines of 76 characters. */
const wrap = (text: string, lineBreak: string) => text.match(/.{1,76}/g)?.join(lineBreak) ?? "";

it.each([
  ["LF", wrap(line, "\n")],
  ["CR and LF, and blanks", wrap(line, "  \r\n ")],
  ["CR, as a last line end too", `${wrap(line, "\r")}\r`],
])("CreateKey takes one key that was broken into lines, and stores it on one: %s", async (_, key) => {
  expect(await create(key)).toMatchObject({ status: 201, json: { name: "new", key: line } });
  expect(await stored()).toBe(line);
});

it.each([
  ["two keys", `${line}\n${formatPublicLine("ecdsa")}`],
  ["two keys without comments", `${type} ${base64}\n${type} ${base64}`],
  ["a comment on two lines", `${line}\nmore`],
  ["a type on its own line", `${type}\n${base64}`],
])("CreateKey refuses other lines, and stores nothing: %s", async (_, key) => {
  expect(await create(key)).toEqual({
    status: 409,
    json: {
      code: "InvalidArgument",
      message: expect.stringMatching(/^not an OpenSSH public key: type, base64 and comment on one line; /),
    },
  });
  expect(await stored()).toBe(404);
});

it("CreateKey says of a key that is cut that it is not whole", async () => {
  expect(await create("ssh-rsa foo")).toEqual({
    status: 409,
    json: {
      code: "InvalidArgument",
      message: "the key is not whole: the length of its base64, 3, is no multiple of 4; ssh-rsa foo was sent",
    },
  });
});

it("CreateKey says how a form and a query send a +", async () => {
  expect(line).toContain("+");
  const form = `name=new&key=${line.replaceAll(" ", "%20")}`;
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const refused = {
    status: 409,
    json: { code: "InvalidArgument", message: expect.stringMatching(/; in a query or form, \+ is sent as %2B$/) },
  };
  expect(pickStatusAndJson(await send({ path: "/my/keys", body: form, headers }))).toEqual(refused);
  expect(pickStatusAndJson(await send({ path: `/my/keys?${form}` }))).toEqual(refused);
  expect(await stored()).toBe(404);
  const escaped = form.replaceAll("+", "%2B");
  expect((await send({ path: "/my/keys", body: escaped, headers })).status).toBe(201);
  expect(await stored()).toBe(line);
});

it("an acl action that is missing is named, whatever the body is", async () => {
  const path = "/my/images/c0ffee00-0000-4000-8000-000000000001/acl";
  const missing = { status: 409, json: { code: "MissingParameter", message: "action is a required argument" } };
  for (const body of [`["${bob.uuid}"]`, "{}", `{"acl":["${bob.uuid}"]}`]) {
    expect(pickStatusAndJson(await send({ path, body })), body).toEqual(missing);
  }
});
