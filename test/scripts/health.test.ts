import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Answer, readAnswer } from "../support/answer.ts";
import { loader, loaderAccount, sendTo, sendUpdate } from "../support/loader.ts";
import { PlainService } from "../support/plain-service.ts";
import { makeUuid } from "../support/uuids.ts";

const file = {
  accounts: [loaderAccount],
  images: [{ uuid: makeUuid(1), owner: loader.uuid, name: "n", version: "1" }],
};
const entry = "test/support/faulty-worker.ts";
const service = new PlainService();
const readOnly = new PlainService();

beforeAll(async () => {
  await service.start(file, { entry });
  await readOnly.start(file, { entry, vars: { READ_ONLY: "true" } });
});
afterAll(async () => {
  await service.stop();
  await readOnly.stop();
});

/** Breaks or mends the database. @returns round trips so far */
const setFault = async (fault: "none" | "fails" | "hangs", { port } = service): Promise<number> =>
  Number(await (await fetch(`http://127.0.0.1:${port}/--fault/${fault}`)).text());

const askHealth = async ({ port } = service): Promise<Answer> =>
  readAnswer(await fetch(`http://127.0.0.1:${port}/--health`));

beforeEach(async () => {
  await setFault("none");
  await setFault("none", readOnly);
});

const times = { milliseconds: expect.any(Number), age: expect.any(Number) };
const unhealthy = {
  code: "ServiceUnavailableError",
  message: "the database does not answer",
  healthy: false,
  ...times,
  readOnly: false,
};

it("health is 200 while the database answers, and reads it once a second", async () => {
  const before = await setFault("none");
  const answers = await Promise.all(Array.from({ length: 100 }, () => askHealth()));
  for (const { status, json } of answers) {
    expect({ status, json }).toEqual({ status: 200, json: { healthy: true, ...times, readOnly: false } });
  }
  expect((await setFault("none")) - before).toBeLessThanOrEqual(2);
});

it("health is 503 while the database fails, ping is 200, and health is 200 when it is mended", async () => {
  await setFault("fails");
  const { status, json, headers } = await askHealth();
  expect({ status, json, retryAfter: headers.get("Retry-After") }).toEqual({
    status: 503,
    json: unhealthy,
    retryAfter: "1",
  });
  expect((await fetch(`http://127.0.0.1:${service.port}/--ping`)).status).toBe(200);
  expect((await sendTo(service.port, "/my")).status).toBe(503);
  await setFault("none");
  expect((await askHealth()).status).toBe(200);
  expect((await sendTo(service.port, "/my")).status).toBe(200);
});

// It waits for the five seconds that the service gives the database.
it.runIf(process.env["LONG"])("health is 503 while the database hangs, for clients that give up too", async () => {
  await setFault("hangs");
  const impatient = Array.from({ length: 5 }, () =>
    fetch(`http://127.0.0.1:${service.port}/--health`, { signal: AbortSignal.timeout(300) }).catch(() => undefined),
  );
  await Promise.all(impatient);
  const answers = await Promise.all(Array.from({ length: 10 }, () => askHealth()));
  for (const { status, json } of answers) expect({ status, json }).toEqual({ status: 503, json: unhealthy });
  expect((await fetch(`http://127.0.0.1:${service.port}/--ping`)).status).toBe(200);
  await setFault("none");
  expect((await askHealth()).status).toBe(200);
});

it.each(["none", "fails", "hangs"] as const)(
  "READ_ONLY refuses writes at once, with a database that %s",
  async (fault) => {
    const { port } = readOnly;
    const before = await setFault(fault, readOnly);
    const { status, json, headers } = await sendUpdate(port, 1, { name: "b" });
    expect({ status, json, retryAfter: headers.get("Retry-After") }).toEqual({
      status: 503,
      json: {
        code: "ServiceUnavailableError",
        message: "the service is read-only for maintenance; nothing was changed",
      },
      retryAfter: "60",
    });
    expect((await sendTo(port, `/my/images/${makeUuid(1)}`, { method: "DELETE" })).status).toBe(503);
    expect((await setFault("none", readOnly)) - before).toBe(0);
    expect((await sendTo(port, `/my/images/${makeUuid(1)}`)).json).toMatchObject({ name: "n" });
    expect((await askHealth(readOnly)).json).toEqual({ healthy: true, ...times, readOnly: true });
  },
);
