import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import page from "../../docs/performance.md?raw";
import { makeBindings, send, type TestRequest } from "../support/client.ts";
import { bob, clear, mallory, provision } from "../support/fixtures.ts";
import { formatPublicLine, makeKey } from "../support/signer.ts";
import { makeUuid } from "../support/uuids.ts";
import { wrapDatabase } from "../support/wrapped-database.ts";

const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
const shared = "eca995fe-b904-11e3-b05a-83a4899322dd";
const key = makeKey("ed25519");

/** The database that docs/performance.md#what-a-request-costs was measured with: 200 own images, and one that is shared. */
beforeEach(async () => {
  await clear(env.DB);
  const own = Array.from({ length: 199 }, (_, index) => ({
    uuid: makeUuid(index),
    owner: bob.uuid,
    name: "n",
    version: "1",
  }));
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [key] },
      { ...mallory, keys: [key] },
    ],
    images: [
      { uuid: image, owner: bob.uuid, name: "my-image", version: "1" },
      ...own,
      { uuid: shared, owner: mallory.uuid, name: "shared", version: "1", acl: [bob.uuid] },
    ],
  });
});

const update = `/my/images/${image}?action=update`;

const requests: Readonly<Record<string, TestRequest>> = {
  UpdateImage: { path: update, body: '{"name":"b","tags":{"role":"db"}}' },
  "UpdateImage, nothing changes": { path: update, body: '{"name":"my-image"}' },
  "UpdateImage, If-Match and Idempotency-Key": {
    path: update,
    body: '{"name":"b"}',
    headers: { "If-Match": '"1-7.2.0"', "Idempotency-Key": "k" },
  },
  "UpdateImage, an acl of 10 accounts": {
    path: update,
    body: JSON.stringify({ acl: Array.from({ length: 10 }, (_, at) => `a1b2c3d4-0000-4000-8000-00000000000${at}`) }),
  },
  "UpdateImage, an image of 40 KB": { path: update, body: JSON.stringify({ tags: { a: "x".repeat(40_000) } }) },
  "UpdateImage, 412": { path: update, body: '{"name":"b"}', headers: { "If-Match": '"7-7.2.0"' } },
  "UpdateImage, 422 on a field": { path: update, body: '{"name":"ü"}' },
  "AddImageAcl, one account": { path: `/my/images/${image}/acl?action=add`, body: JSON.stringify([mallory.uuid]) },
  "RemoveImageAcl, nothing changes": {
    path: `/my/images/${image}/acl?action=remove`,
    body: JSON.stringify([mallory.uuid]),
  },
  LeaveImage: { path: `/my/images/${shared}/acl?action=remove`, body: JSON.stringify([bob.uuid]) },
  "AddImageTags, one tag": { path: `/my/images/${image}/tags`, body: '{"role":"db"}' },
  ReplaceImageTags: { method: "PUT", path: `/my/images/${image}/tags`, body: '{"role":"db"}' },
  "DeleteImageTag, 404": { method: "DELETE", path: `/my/images/${image}/tags/role` },
  ListImageTags: { method: "GET", path: `/my/images/${image}/tags` },
  "RevertImage, nothing changes": { path: `/my/images/${image}?action=revert&revision=1` },
  "UpdateImage, dry run": { path: `${update}&dry-run=true`, body: '{"name":"b","tags":{"role":"db"}}' },
  "GetImage of a revision": { method: "GET", path: `/my/images/${image}?revision=1` },
  GetImage: { method: "GET", path: `/my/images/${image}` },
  "GetImage, 404": { method: "GET", path: "/my/images/00000000-0000-4000-8000-000000000000" },
  "ListImages, 200 visible": { method: "GET", path: "/my/images?limit=200" },
  DeleteImage: { method: "DELETE", path: `/my/images/${image}` },
  CloneImage: { path: `/my/images/${shared}?action=clone` },
  "ImageAudit, 1 revision": { method: "GET", path: `/my/images/${image}/audit` },
  "ListChanges, 100 changes": { method: "GET", path: "/my/changes" },
  "ListChanges, 304": { method: "GET", path: "/my/changes", headers: { "If-None-Match": "*" } },
  GetAccount: { method: "GET", path: "/my" },
  "ListKeys, 1 key": { method: "GET", path: "/my/keys" },
  GetKey: { method: "GET", path: "/my/keys/ed25519" },
  CreateKey: { path: "/my/keys", body: JSON.stringify({ key: formatPublicLine("rsa") }) },
  DeleteKey: { method: "DELETE", path: "/my/keys/ed25519" },
  ListDatacenters: { method: "GET", path: "/my/datacenters" },
  Ping: { method: "GET", path: "/--ping" },
};

/** The rows of the table: round trips of a cold isolate to a replica, and of any to the primary; rows read and written there. */
const budgets = new Map(
  [...page.matchAll(/^\| ([A-Z][^|]*) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)].map(
    ([, name, near, primary, read, written]) => [
      name,
      { near: Number(near), primary: Number(primary), read: Number(read), written: Number(written) },
    ],
  ),
);

describe("the costs in docs/performance.md", () => {
  it("have a row for each of these requests", () => {
    expect([...budgets.keys()]).toEqual(Object.keys(requests));
  });

  it.each(Object.entries(requests).map(([name, request]) => ({ name, request })))(
    "hold for $name",
    async ({ name, request }) => {
      const warm = wrapDatabase(env.DB);
      const bindings = makeBindings({ DB: warm.db });
      await send({ method: "GET", path: "/my", bindings });
      const before = warm.calls;
      warm.results.length = 0;
      await send({ ...request, bindings });
      const sum = (of: "rows_read" | "rows_written") =>
        warm.results.flat().reduce((total, { meta }) => total + meta[of], 0);
      const cost = { primary: warm.calls - before, read: sum("rows_read"), written: sum("rows_written") };
      const { near: _, ...budget } = budgets.get(name) ?? {};
      expect(cost).toEqual(budget);
    },
  );

  it.each(Object.entries(requests).map(([name, request]) => ({ name, request })))(
    "hold for $name in a cold isolate",
    async ({ name, request }) => {
      const cold = wrapDatabase(env.DB);
      await send({ ...request, bindings: makeBindings({ DB: cold.db }) });
      const { near, primary } = budgets.get(name) ?? {};
      expect([cold.nearCalls, cold.calls - cold.nearCalls]).toEqual([near, primary]);
    },
  );
});
