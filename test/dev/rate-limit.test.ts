import { afterAll, beforeAll, expect, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { loader, loaderAccount, loaderKeys, sendTo, sendUpdate } from "../support/loader.ts";
import { makeUuid } from "../support/uuids.ts";
import { WranglerDev } from "../support/wrangler-dev.ts";

const other = { uuid: "aaaaaaaa-0000-4000-8000-000000000002", login: "other" };
const image = { uuid: makeUuid(1), owner: loader.uuid, name: "n", version: "1" };
const [limit, period] = [20, 10];
const service = new WranglerDev();

const limiter = `[[ratelimits]]
name = "ACCOUNT_LIMITER"
namespace_id = "1001"
simple = { limit = ${limit}, period = ${period} }
`;

/** The limiter counts by the platform's own clock: a proof of it waits for a period to begin and to end. */
const isFull = Boolean(process.env["LONG"]);

beforeAll(async () => {
  if (!isFull) return;
  await service.start(
    {
      accounts: [loaderAccount, { ...other, keys: loaderKeys }],
      images: [image],
    },
    (settings) => settings.replace(/^\[vars\]$/m, `[vars]\nRATE_LIMIT_REQUESTS = "${limit}"`) + limiter,
  );
});

afterAll(() => service.stop());

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Waits for a period of the limiter to begin: it counts by the clock. */
const waitForPeriod = () => sleep(period * 1000 - (Date.now() % (period * 1000)) + 200);

it.runIf(isFull)(
  "an account is refused after the limit of the binding, another is not, and it passes again after Retry-After",
  async () => {
    await waitForPeriod();
    const statuses: number[] = [];
    for (let serial = 0; serial < limit + 5; serial += 1)
      statuses.push((await sendUpdate(service.port, 1, { name: `n${serial}` })).status);
    expect(statuses).toEqual(Array.from({ length: limit + 5 }, (_, at) => (at < limit ? 200 : 429)));
    const refused = await sendUpdate(service.port, 1, { name: "refused" });
    expect(pickStatusAndJson(refused)).toEqual({
      status: 429,
      json: {
        code: "RequestThrottled",
        message: "this account sent more than 20 requests in 10 seconds; try again after 10 seconds",
      },
    });
    expect((await sendTo(service.port, "/my", { as: "other" })).status).toBe(200);
    await sleep(Number(refused.headers.get("Retry-After")) * 1000);
    const { status, json } = await sendTo(service.port, `/my/images/${image.uuid}`);
    // Nothing was written after the last one that passed.
    expect({ status, json }).toMatchObject({ status: 200, json: { name: `n${limit - 1}` } });
    expect(service.isAlive).toBe(true);
  },
);
