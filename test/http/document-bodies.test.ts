import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { readAccountPatch } from "../../src/accounts/rules/account.ts";
import { makeAccountsSchema } from "../../src/images/rules/acl.ts";
import { makeUpdateImageSchema } from "../../src/images/rules/fields.ts";
import { makeTagsSchema } from "../../src/images/rules/tags.ts";
import { updatableAccountFields } from "../../src/tables.ts";
import vectors from "../data/vectors.json";
import vectors2 from "../data/vectors2.json";
import { documented, findOperations } from "../support/documented.ts";
import { propertyOptions } from "../support/property-options.ts";

/** As much of a recorded request as tells what its body was, and what the service answers. */
type Recorded = {
  name: string;
  request: { method: string; path: string; headers: Record<string, string | null>; body?: string };
  expect: { status: number | number[]; code?: string };
};

/** Whether the document takes a body. @param name of its schema */
const makeJudge = (name: string): ((body: unknown) => boolean) => {
  const schema = { $ref: `#/components/schemas/${name}`, components: documented.components };
  const validator = new Validator(schema, "2020-12", true);
  return (body) => validator.validate(body).valid;
};

const judges = new Map(["UpdateImage", "UpdateAccount", "CreateKey"].map((name) => [name, makeJudge(name)]));

/** The schema of a request's body; undefined where the operation reads none. */
function findSchema({ request: { method, path } }: Recorded): string | undefined {
  const [operation] = findOperations({ method, url: `http://127.0.0.1${path}` });
  const actions = new URLSearchParams(path.split("?")[1]).getAll("action").join();
  return operation?.operationId === "UpdateImage" && actions !== "update" ? undefined : operation?.operationId;
}

/** The JSON that a request sends, with what of it stands in the query; undefined where it is none. */
function readSent({ request: { path, headers, body } }: Recorded): { sent: unknown } | undefined {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (body === undefined || !/^(?:application\/json.*)?$/i.test(type ?? "")) return undefined;
  try {
    const parsed: unknown = JSON.parse(body) ?? {};
    const query = Object.fromEntries(new URLSearchParams(path.split("?")[1]));
    const isObject = typeof parsed === "object" && !Array.isArray(parsed);
    return { sent: isObject ? { ...query, ...parsed } : parsed };
  } catch {
    return undefined;
  }
}

/** Refusals that are about the body. Others say nothing of it. */
const bodyCodes = new Set(["ValidationFailed", "InvalidArgument", "MissingParameter", "BadRequest"]);

function isTaken({ expect: { status, code } }: Recorded): boolean | undefined {
  if ([status].flat().every((one) => one < 300)) return true;
  return code !== undefined && bodyCodes.has(code) ? false : undefined;
}

/** "{{d*10240}}" stands for "d" 10240 times. */
const readVectors = (recorded: unknown): Recorded[] =>
  JSON.parse(
    JSON.stringify(recorded).replace(/\{\{(.)\*(\d+)\}\}/g, (_, one: string, times: string) =>
      one.repeat(Number(times)),
    ),
  );

/** Recorded requests with a body, whether the service takes it, and whether the document does. */
const judged = [...readVectors(vectors), ...readVectors(vectors2)].flatMap((recorded) => {
  const judge = judges.get(findSchema(recorded) ?? "");
  const read = readSent(recorded);
  const taken = isTaken(recorded);
  if (!judge || !read || taken === undefined) return [];
  return [{ name: recorded.name, taken, takenByDocument: judge(read.sent) }];
});

/** Bodies that the service refuses and the document takes, each with what no JSON Schema of a body says. */
const beyondTheDocument: Readonly<Record<string, string>> = {
  'field: homepage="http://"#6': "a URL that parses is more than a pattern",
  "body: {}": "the fields may stand in the query instead",
  "body: null": "the fields may stand in the query instead",
  "body: description of 10239 d and an emoji": "the service counts UTF-16 units, JSON Schema characters",
  "body: description of 5200 emoji": "the service counts UTF-16 units, JSON Schema characters",
  "keys: create: empty key": "what a key is, its own format says",
  "keys: create: not a key": "what a key is, its own format says",
  "keys: create: a key cut short": "what a key is, its own format says",
  "keys: create: RSA 1024": "what a key is, its own format says",
  "keys: create: name is another key's fingerprint": "a rule about name and key together",
  "keys: create: name taken": "a rule about the account's other keys",
  "keys: create: name taken but for white space": "a rule about the account's other keys",
  "keys: create: key taken": "a rule about the account's other keys",
};

describe("the recorded requests and the document", () => {
  it("agree on every body that the service takes", () => {
    const taken = judged.filter((request) => request.taken);
    expect(taken.length).toBeGreaterThan(100);
    expect(taken.filter((request) => !request.takenByDocument).map(({ name }) => name)).toEqual([]);
  });

  it("agree on every body that the service refuses, but for what a schema cannot say", () => {
    const refused = judged.filter((request) => !request.taken);
    const takenByDocument = refused.filter((request) => request.takenByDocument).map(({ name }) => name);
    expect(refused.length).toBeGreaterThan(2 * takenByDocument.length);
    expect(takenByDocument.toSorted()).toEqual(Object.keys(beyondTheDocument).toSorted());
  });
});

const accountId = "47034e57-42d1-0342-b302-00db733e8c8a";
const bounds = { maxAcl: 0, maxTagsBytes: 0 };

/** Text of any kind, some of it beyond a bound or not storable. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[A-Za-z0-9._/ +-]{0,40}$/),
  fc.constantFrom(
    "a",
    "",
    "d".repeat(254),
    "d".repeat(255),
    "d".repeat(1024),
    "d".repeat(10_240),
    "d".repeat(10_241),
    "💡",
    "\ud800",
  ),
);
const url = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  text.map((path) => `http://example.com/${path}`),
  fc.constantFrom("HTTPS://EXAMPLE.COM", "http:a", "https:/b/c d", " http://a", "http://a\u00a0", "ftp://a"),
);
const account = fc.oneof(fc.constant(accountId), fc.uuid(), text);
const acl = fc.oneof(
  fc.array(account),
  account,
  fc.array(fc.constant(accountId)).map((list) => JSON.stringify(list)),
);
const tags = fc.oneof(
  fc.dictionary(text, fc.jsonValue()),
  fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify(value)),
);
const flag = fc.constantFrom(true, false, "true", "false", "");

/** Objects of some of these fields, any of them null or of another type now and then; most of one field, which may well be right. */
function makeBody(
  fields: Record<string, fc.Arbitrary<unknown>>,
  others: readonly fc.Arbitrary<unknown>[] = [fc.constant(null), fc.jsonValue()],
): fc.Arbitrary<object> {
  const values = Object.entries(fields).map(([name, value]) => {
    const wrong = others.map((arbitrary) => ({ arbitrary, weight: 1 }));
    return [name, fc.oneof({ arbitrary: value, weight: 8 }, ...wrong)] as const;
  });
  const make = (some: typeof values) => fc.record(Object.fromEntries(some), { requiredKeys: [] });
  return fc.oneof(make(values), ...values.map((one) => make([one])));
}

/** Bodies, what the service says of one, and the schema of the document. */
const properties = [
  {
    name: "UpdateImage",
    bodies: makeBody({ name: text, version: text, description: text, homepage: url, eula: url, acl, tags }),
    takes: (body: object) => z.safeParse(makeUpdateImageSchema(bounds), body).success,
  },
  {
    name: "UpdateImageForm",
    // A form has text, and arrays of it where a name is repeated.
    bodies: makeBody(
      {
        ...{ name: text, version: text, description: text, homepage: url, eula: url },
        acl: fc.oneof(
          fc.array(account),
          account,
          fc.array(fc.constant(accountId)).map((list) => list.join(" , ")),
        ),
        tags: fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      },
      [fc.array(text)],
    ),
    takes: (body: object) => z.safeParse(makeUpdateImageSchema(bounds), body).success,
  },
  {
    name: "Grants",
    bodies: makeBody({ acl }),
    takes: (body: object) => z.safeParse(makeAccountsSchema(bounds), body).success,
  },
  {
    name: "TagsToWrite",
    bodies: fc.dictionary(text, fc.jsonValue()),
    takes: (body: object) => z.safeParse(makeTagsSchema(bounds), { tags: body }).success,
  },
  {
    name: "UpdateAccount",
    bodies: makeBody({
      ...Object.fromEntries(updatableAccountFields.map((field) => [field, text])),
      email: fc.oneof(fc.emailAddress(), text),
      triton_cns_enabled: flag,
    }),
    takes: (body: object) => isAccountPatch({ ...body }),
  },
] as const;

function isAccountPatch(body: Record<string, unknown>): boolean {
  try {
    readAccountPatch(body);
    return true;
  } catch {
    return false;
  }
}

describe("whatever the service's own schema takes, the document takes", () => {
  it.each(properties)("$name", ({ name, bodies, takes }) => {
    const judge = makeJudge(name);
    let taken = 0;
    fc.assert(
      fc.property(bodies, (body) => {
        if (!takes(body)) return;
        taken += 1;
        expect(judge(body), JSON.stringify(body)).toBe(true);
      }),
      propertyOptions(20_000),
    );
    // Otherwise it has shown nothing.
    expect(taken).toBeGreaterThan(100);
  });
});
