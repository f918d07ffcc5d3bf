import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { makeBindings, makeRequest, send } from "../support/client.ts";
import { bob, carol, clear, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";

beforeEach(async () => {
  await clear(env.DB);
  const accounts = [
    { ...bob, keys: [makeKey("ed25519")] },
    { ...carol, keys: [makeKey("ecdsa")] },
  ];
  await provision(env.DB, { accounts, images: [] });
  // One image more than a page holds.
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
     INSERT INTO images (uuid, name, version, owner, public, state)
     SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'n' || i, '1', ?1, 1, 'active' FROM n`,
  )
    .bind(bob.uuid)
    .run();
});

const request = { method: "GET", path: "/my/images", sign: { key: "ed25519" as const } };

/** A list of bob's, its body unread. */
const open = async () => app.fetch(await makeRequest(request), makeBindings({}));

const throttled = {
  status: 429,
  json: {
    code: "RequestThrottled",
    message: "too many long answers are still being read; read one to its end, or close it",
  },
};

it("8 streamed answers of an account may be unread: a ninth is refused until one was read to its end or closed", async () => {
  const responses: Response[] = [];
  for (let at = 0; at < 8; at += 1) responses.push(await open());
  const refused = await send(request);
  expect([pickStatusAndJson(refused), refused.headers.get("Retry-After")]).toEqual([throttled, "1"]);
  // An answer that is sent whole, or has no body, counts for nothing; and another account has answers of its own.
  expect((await send({ ...request, path: "/my/images?limit=10" })).status).toBe(200);
  expect((await send({ ...request, method: "HEAD" })).status).toBe(200);
  const other = await send({ ...request, sign: { key: "ecdsa", as: "carol" } });
  expect([other.status, (other.json as unknown[]).length]).toEqual([200, 1001]);
  await responses.pop()?.text();
  expect((await send(request)).status).toBe(200);
  responses.push(await open());
  expect(pickStatusAndJson(await send(request))).toEqual(throttled);
  await Promise.all(responses.map(({ body }) => body?.cancel()));
  for (let at = 0; at < 9; at += 1) await (await open()).body?.cancel();
  expect((await send(request)).status).toBe(200);
});
