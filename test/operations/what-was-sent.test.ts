import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { send, type TestRequest } from "../support/client.ts";
import { get, image, makeImageJson, newest, pickWriteAnswer, provisionThree, update } from "../support/safe-writes.ts";
import { formatPublicLine } from "../support/signer.ts";

/** What was sent is what is stored, or it is refused by name and nothing changes. */
beforeEach(async () => {
  await provisionThree();
  await update({ tags: { role: "db", env: "prod" } });
});

const before = {
  status: 200,
  ETag: '"2-9.0.0"',
  json: makeImageJson("my-image", { tags: { role: "db", env: "prod" } }),
};

const form = "application/x-www-form-urlencoded";
const multipart = "multipart/form-data; boundary=X";
const part = (disposition: string, content: string): string =>
  `--X\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n--X--\r\n`;
const filePart = (name: string, content: string): string => part(`name="${name}"; filename="f.txt"`, content);

const missing = {
  status: 409,
  json: {
    code: "MissingParameter",
    message: "tags are a required argument: send them as the body, a JSON object",
  },
};

describe.each(["POST", "PUT"])("tags, by %s", (method) => {
  const sendTags = async (type: string | null, body: TestRequest["body"]) =>
    pickWriteAnswer(
      await send({
        method,
        path: `/my/images/${image}/tags`,
        headers: { ...newest, "Content-Type": type },
        ...(body !== undefined && { body }),
      }),
    );

  it.each<[string, string | null, string]>([
    ["JSON null", "application/json", "null"],
    ["null without a type", null, " null\n"],
    ["an empty form", form, "&"],
    ["a multipart body without parts", multipart, "--X--\r\n"],
  ])("of %s are missing, and nothing changes", async (_, type, body) => {
    expect(await sendTags(type, body)).toEqual(missing);
    expect(await get()).toEqual(before);
  });

  it.each(['{"role":"web"}', '["role"]', ' {"role": "web"}'])(
    "of JSON that is sent as a form are refused with the hint: %s",
    async (body) => {
      const message = `tags is an object of JSON values; JSON was sent as ${form}: send it with Content-Type: application/json`;
      expect(await sendTags(form, body)).toEqual({
        status: 422,
        json: {
          code: "ValidationFailed",
          message: "invalid image data: tags",
          errors: [{ field: "tags", code: "Invalid", message }],
        },
      });
      expect(await get()).toEqual(before);
    },
  );

  it("of a file part are its text", async () => {
    const answer = await sendTags(multipart, filePart("role", "web\n"));
    expect(answer).toMatchObject({ status: 200, json: { role: "web\n" } });
  });

  const unclear = "has a name with a backslash, a quote or a line break; send it as JSON";
  it.each([
    ["a backslash", "a\\b", `ab ${unclear}`],
    ["a quote, as curl 7.80 and before sent it", 'a\\"b', `a"b ${unclear}`],
    ["a quote, as a browser sends it", "a%22b", `a%22b ${unclear}`],
    ["a byte that is not UTF-8", "a\u00ffb", "a\ufffdb is not UTF-8"],
  ])("of a part whose name has %s are refused, and nothing changes", async (_, name, problem) => {
    const body = Uint8Array.from(part(`name="${name}"`, "web"), (character) => character.charCodeAt(0));
    expect(await sendTags(multipart, body)).toEqual({
      status: 400,
      json: { code: "InvalidContent", message: `Invalid multipart: the part ${problem}` },
    });
    expect(await get()).toEqual(before);
  });

  it.each([
    ["9007199254740993", "build"],
    ["1e-400", "build"],
    ["-0.10000000000000000555", "build"],
    ['[1, {"a": 12345678901234567890}]', "build.1.a"],
  ])("that a JSON reader rounds are refused by name: %s", async (number, path) => {
    const [source = ""] = /-?\d[\d.e-]{5,}/.exec(number) ?? [];
    expect(await sendTags("application/json", `{"build":${number}}`)).toEqual({
      status: 422,
      json: {
        code: "ValidationFailed",
        message: "invalid data: build",
        errors: [
          {
            field: "build",
            code: "Invalid",
            message: `the number ${source} was sent at ${path}, which JSON readers round; send it as text`,
          },
        ],
      },
    });
    expect(await get()).toEqual(before);
  });

  it("that a JSON reader keeps are kept", async () => {
    const body = '{"a":1.0,"b":1e2,"c":9007199254740992,"d":0.1,"e":-1.5e-7,"f":"9007199254740993"}';
    expect((await sendTags("application/json", body)).json).toMatchObject({
      a: 1,
      b: 100,
      c: 9007199254740992,
      d: 0.1,
      e: -1.5e-7,
      f: "9007199254740993",
    });
  });
});

it("JSON {} leaves an image no tags by PUT", async () => {
  const request = { method: "PUT", path: `/my/images/${image}/tags`, body: "{}", headers: newest };
  expect(pickWriteAnswer(await send(request))).toMatchObject({ status: 200, json: {} });
});

describe("UpdateImage", () => {
  const path = `/my/images/${image}?action=update`;

  it("takes a field that is sent as a file", async () => {
    const body = `${part('name="name"', "new").replace("--X--\r\n", "")}${filePart("description", "# Read me\n")}`;
    const answer = await send({ path, body, headers: { ...newest, "Content-Type": multipart } });
    expect(pickWriteAnswer(answer)).toMatchObject({
      status: 200,
      "Changed-Fields": "name, description",
      json: { name: "new", description: "# Read me\n" },
    });
  });

  it("refuses a file that is not UTF-8, by name", async () => {
    const body = Uint8Array.from(filePart("description", "\u00ff"), (character) => character.charCodeAt(0));
    const answer = await send({ path, body, headers: { ...newest, "Content-Type": multipart } });
    expect(pickWriteAnswer(answer)).toMatchObject({
      status: 422,
      json: { errors: [{ field: "description", message: "description: a file that is not UTF-8 text was sent" }] },
    });
    expect(await get()).toEqual(before);
  });

  it.each(["tags=%7B%22build%22:9007199254740993%7D", ""])(
    "refuses tags that a JSON reader rounds: %s",
    async (query) => {
      const body = query ? "{}" : '{"tags":{"build":9007199254740993}}';
      const answer = await send({ path: `${path}&${query}`, body, headers: newest });
      expect(pickStatusAndJson(answer)).toMatchObject({
        status: 422,
        json: { errors: [{ field: "tags", message: expect.stringContaining("the number 9007199254740993 was sent") }] },
      });
      expect(await get()).toEqual(before);
    },
  );
});

it("a rounded number below 40 000 levels is refused by the rule of levels", async () => {
  const body = `{"tags":${"[".repeat(40_000)}9007199254740993${"]".repeat(40_000)}}`;
  const answer = await send({
    path: `/my/images/${image}?action=update`,
    body: body.replace("[", '{"a":[').replace(/\]\}$/, "]}}"),
    headers: newest,
  });
  expect(pickStatusAndJson(answer)).toMatchObject({
    status: 422,
    json: { errors: [{ field: "tags", message: expect.stringContaining("more than 100 levels were sent") }] },
  });
});

it("CreateKey takes a key that is sent as a file", async () => {
  const body = filePart("key", `${formatPublicLine("ecdsa")}\n`);
  const answer = await send({ path: "/my/keys", body, headers: { "Content-Type": multipart } });
  expect(pickStatusAndJson(answer)).toMatchObject({ status: 201, json: { name: "ecdsa" } });
});

describe("a misspelt dry-run", () => {
  it.each(["dryrun", "dry_run", "DRY-RUN", "Dry-Run", "dryRun", "dry--run"])(
    "%s is refused, and nothing changes",
    async (name) => {
      const refusal = {
        status: 409,
        json: { code: "InvalidArgument", message: `the parameter is named dry-run; ${name} was sent` },
      };
      const query = `${name}=true`;
      const writes: readonly [string, string, string?][] = [
        ["POST", `/my/images/${image}?action=update&name=b&${query}`],
        ["POST", `/my/images/${image}?action=update`, JSON.stringify({ name: "b", [name]: true })],
        ["POST", `/my/images/${image}?action=clone&${query}`],
        ["POST", `/my/images/${image}?action=revert&revision=1&${query}`],
        ["DELETE", `/my/images/${image}?${query}`],
        ["POST", `/my/images/${image}/acl?action=add&acl=${crypto.randomUUID()}&${query}`],
        ["POST", `/my/images/${image}/tags?${query}`, '{"a":1}'],
        ["PUT", `/my/images/${image}/tags?${query}`, '{"a":1}'],
        ["DELETE", `/my/images/${image}/tags?${query}`],
        ["DELETE", `/my/images/${image}/tags/role?${query}`],
      ];
      for (const [method, path, body] of writes) {
        const answer = await send({ method, path, headers: newest, ...(body !== undefined && { body }) });
        expect(pickWriteAnswer(answer), `${method} ${path}`).toEqual(refusal);
      }
      expect(await get()).toEqual(before);
    },
  );

  it.each(["dry-run", "dry_run"])("and %s itself are refused where there is no dry run", async (name) => {
    const refusal = {
      status: 409,
      json: { code: "InvalidArgument", message: "this operation has no dry run; nothing was changed" },
    };
    const stored = () => env.DB.prepare("SELECT name FROM keys ORDER BY account, name").raw();
    const keys = await stored();
    for (const [method, path, body] of [
      ["POST", `/my?city=Ulm&${name}=true`],
      ["POST", `/my/keys?${name}=true`, JSON.stringify({ key: formatPublicLine("ecdsa") })],
      ["DELETE", `/my/keys/ed25519?${name}=true`],
    ] as const) {
      expect(pickStatusAndJson(await send({ method, path, ...(body && { body }) })), path).toEqual(refusal);
    }
    expect(await stored()).toEqual(keys);
  });

  it("is a tag like any other in a body of tags", async () => {
    const answer = await send({ path: `/my/images/${image}/tags`, body: '{"dry_run":true}', headers: newest });
    expect(pickWriteAnswer(answer)).toMatchObject({ status: 200, json: { dry_run: true } });
  });
});
