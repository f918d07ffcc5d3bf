import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { dump } from "../../scripts/provisioning/dump.ts";
import { type UpdatableAccountField, updatableAccountFields } from "../../src/tables.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const created = "2020-01-02T03:04:05.000Z";

/** bob as he is provisioned. */
const stored = { ...bob, email: "bob@example.com", firstName: "Bob", created, updated: created };

/** The same as GetAccount answers him. */
const shown = {
  id: bob.uuid,
  login: "bob",
  email: "bob@example.com",
  firstName: "Bob",
  triton_cns_enabled: false,
  created,
  updated: created,
};

/** A value for each field that is not the one that is stored. A missing one does not compile. */
const examples: Readonly<Record<UpdatableAccountField, string | boolean>> = {
  email: "robert@example.com",
  companyName: "日本 Ltd.",
  firstName: "Robert",
  lastName: "O'Tester",
  address: "1 Any Street\nFloor 2",
  postalCode: "EC1A 1BB",
  city: "Zürich",
  state: "ZH",
  country: "Schweiz",
  phone: "+41 44 000 00 00",
  triton_cns_enabled: true,
};

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...stored, keys: [makeKey("ed25519")] },
      { ...mallory, created, updated: created, keys: [makeKey("ecdsa")] },
    ],
    images: [],
  });
});

const asBob = { key: "ed25519" } as const;
const asMallory = { key: "ecdsa", as: "mallory" } as const;

const update = (fields: unknown, more: Partial<TestRequest> = {}) =>
  send({ path: "/my", body: JSON.stringify(fields), sign: asBob, ...more });

const get = (path = "/my", sign: TestRequest["sign"] = asBob) => send({ method: "GET", path, sign });

const makeRefused = (status: number, code: string, message: string) => ({ status, json: { code, message } });

/** Expects an answer with these fields, `updated` at the time of the request, and GetAccount to answer the same. */
async function expectUpdated(fields: object, more: Partial<TestRequest> = {}): Promise<void> {
  const before = Date.now();
  const answer = await update(fields, more);
  const json = answer.json as { updated: string };
  expect(pickStatusAndJson(answer)).toEqual({ status: 200, json: { ...shown, ...fields, updated: json.updated } });
  expect(new Date(json.updated).toISOString()).toBe(json.updated);
  expect(Date.parse(json.updated)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(json.updated)).toBeLessThanOrEqual(Date.now());
  expect((await get()).json).toEqual(json);
}

describe("UpdateAccount changes", () => {
  it.each(updatableAccountFields)("%s, and leaves the other fields", async (field) => {
    await expectUpdated({ [field]: examples[field] });
  });

  it("all fields at once, which are answered in the documentation's order", async () => {
    await expectUpdated(examples);
    const names = ["id", "login", ...updatableAccountFields, "created", "updated"];
    expect(Object.keys((await get()).json as object)).toEqual(names);
  });

  it("what a form or the query names, the body before the query", async () => {
    const query = { path: "/my?city=Bern&phone=1", body: '{"city":"Basel"}', sign: asBob };
    expect((await send(query)).json).toMatchObject({ city: "Basel", phone: "1" });
    const form = {
      path: "/bob",
      body: "lastName=O%27T+100%25&triton_cns_enabled=true",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      sign: asBob,
    };
    const last = { city: "Basel", phone: "1", lastName: "O'T 100%", triton_cns_enabled: true };
    expect((await send(form)).json).toMatchObject(last);
    expect((await get()).json).toMatchObject(last);
  });

  it("triton_cns_enabled back to false", async () => {
    await update({ triton_cns_enabled: true });
    await expectUpdated({ triton_cns_enabled: false });
  });

  it("the account in one round trip, beside the one that reads the caller", async () => {
    const counted = wrapDatabase(env.DB);
    expect((await update({ city: "Bern" }, { bindings: makeBindings({ DB: counted.db }) })).status).toBe(200);
    expect(counted.calls).toBe(2);
  });

  it("only the account in the path", async () => {
    const before = await get("/mallory", asMallory);
    await update(examples);
    expect((await get("/mallory", asMallory)).json).toEqual(before.json);
  });
});

describe("UpdateAccount changes nothing, and `updated` stays,", () => {
  it.each<[string, TestRequest["body"]]>([
    ["without a body", undefined],
    ["when nothing was sent", "{}"],
    ["when every value is stored already", '{"email":"bob@example.com","firstName":"Bob","triton_cns_enabled":false}'],
    ["when every value is empty", '{"email":"","firstName":"","lastName":null,"phone":"","address":null}'],
    [
      "when only other names were sent",
      '{"login":"x","id":"x","uuid":"x","operator":true,"disabled":true,"created":"x","updated":"x","password":"x"}',
    ],
  ])("%s", async (_, body) => {
    const { body: __, ...bare } = { path: "/my", sign: asBob, body };
    const answer = await send(body === undefined ? bare : { ...bare, body });
    expect(pickStatusAndJson(answer)).toEqual({ status: 200, json: shown });
    expect((await get()).json).toEqual(shown);
  });
});

describe("UpdateAccount refuses", () => {
  const textRule = "a string of at most 255 characters without U+0000 or a lone surrogate";

  it.each<[body: unknown, message: string]>([
    [{ email: "nobody" }, 'email is an e-mail address of at most 254 characters; "nobody" was sent'],
    [{ email: 5 }, "email is an e-mail address of at most 254 characters; 5 was sent"],
    [{ city: "c".repeat(256) }, `city is ${textRule}; "${"c".repeat(64)}..." was sent`],
    [{ phone: 41 }, `phone is ${textRule}; 41 was sent`],
    [{ lastName: "a\u0000" }, `lastName is ${textRule}; "a\\u0000" was sent`],
    [{ companyName: ["a"] }, `companyName is ${textRule}; an array was sent`],
    [{ triton_cns_enabled: null }, "triton_cns_enabled is true or false; null was sent"],
    [{ triton_cns_enabled: 1 }, "triton_cns_enabled is true or false; 1 was sent"],
    [{ firstName: "Robert", phone: {} }, `phone is ${textRule}; an object was sent`],
  ])("%j, and changes nothing", async (body, message) => {
    expect(pickStatusAndJson(await update(body))).toEqual(makeRefused(409, "InvalidArgument", message));
    expect((await get()).json).toEqual(shown);
  });

  it("a body that cannot be read, and changes nothing", async () => {
    const answer = await send({ path: "/my", body: '{"city":"Bern",}', sign: asBob });
    expect(pickStatusAndJson(answer)).toEqual(
      makeRefused(400, "InvalidContent", "Invalid JSON: there is a trailing comma before } at line 1, column 15"),
    );
    expect((await get()).json).toEqual(shown);
  });

  it("another account's path, unless the caller is an operator", async () => {
    const message = "only an operator may act as another account; bob is not yours";
    const asOther = { path: "/bob", sign: asMallory };
    expect(pickStatusAndJson(await update({ city: "Bern" }, asOther))).toEqual(
      makeRefused(403, "NotAuthorized", message),
    );
    expect((await get()).json).toEqual(shown);
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'mallory'").run();
    await expectUpdated({ city: "Bern" }, asOther);
  });

  it("an account that does not exist, even to an operator", async () => {
    await env.DB.prepare("UPDATE accounts SET operator = 1 WHERE login = 'mallory'").run();
    const answer = await update({ city: "Bern" }, { path: "/nobody", sign: asMallory });
    expect(pickStatusAndJson(answer)).toEqual(makeRefused(404, "ResourceNotFound", "nobody does not exist"));
  });
});

describe("the fields of an account", () => {
  it("survive an export and a load, set or not", async () => {
    await update(examples);
    const before = (await get()).json;
    const theirs = (await get("/my", asMallory)).json;
    const exported = await dump(env.DB);
    const { updated } = before as { updated: string };
    const flags = { operator: false, disabled: false };
    expect(exported.accounts).toEqual([
      { ...mallory, ...flags, created, updated: created, keys: [makeKey("ecdsa")] },
      { ...bob, ...examples, ...flags, created, updated, keys: [makeKey("ed25519")] },
    ]);
    await clear(env.DB);
    await provision(env.DB, exported);
    expect((await get()).json).toEqual(before);
    expect((await get("/my", asMallory)).json).toEqual(theirs);
    expect(await dump(env.DB)).toEqual(exported);
  });

  it("are provisioned, and provisioning again replaces what UpdateAccount wrote", async () => {
    await update({ triton_cns_enabled: true, city: "Bern" });
    const account = { ...stored, city: "Genf", phone: "1", triton_cns_enabled: false, keys: [makeKey("ed25519")] };
    await provision(env.DB, { accounts: [account], images: [] });
    expect((await get()).json).toEqual({ ...shown, city: "Genf", phone: "1" });
  });
});

describe("the records of an account's writes", () => {
  const minuteAgo = 61_000;

  /** Adds records, which become older afterwards: adding one removes old ones. */
  const remember = async (records: readonly { name: string; account: string; age: number }[]) => {
    const insert =
      "INSERT INTO account_writes (write_id, account, time) VALUES (?, ?, CAST(unixepoch('subsec') * 1000 AS INTEGER))";
    const age = "UPDATE account_writes SET time = time - ? WHERE write_id = ?";
    await env.DB.batch(records.map(({ name, account }) => env.DB.prepare(insert).bind(name, account)));
    await env.DB.batch(records.map(({ name, age: ms }) => env.DB.prepare(age).bind(ms, name)));
  };

  const readRecords = async () => {
    const { results } = await env.DB.prepare("SELECT write_id FROM account_writes ORDER BY write_id").all();
    return results.map(({ write_id: id }) => id).filter((id) => !/^[0-9a-f-]{36}$/.test(String(id)));
  };

  it("are removed after a minute, two by each write, of no other account", async () => {
    await remember([
      { name: "bob-1", account: bob.uuid, age: 2 * minuteAgo },
      { name: "bob-2", account: bob.uuid, age: minuteAgo },
      { name: "bob-3", account: bob.uuid, age: minuteAgo },
      { name: "bob-young", account: bob.uuid, age: 1000 },
      { name: "mallory", account: mallory.uuid, age: 3 * minuteAgo },
    ]);
    await update({ city: "a" });
    expect(await readRecords()).toEqual([expect.stringMatching(/^bob-[23]$/), "bob-young", "mallory"]);
    await update({ city: "b" });
    expect(await readRecords()).toEqual(["bob-young", "mallory"]);
  });
});
