import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Client } from "../../src/console/api/client.ts";
import type { Image } from "../../src/console/api/image.ts";
import { dropIntent, listKeptIntents, makeIntent } from "../../src/console/api/intents.ts";
import { generateKey } from "../../src/console/keys/generate-key.ts";
import { Bulk, type BulkChange, findChangeMistake } from "../../src/console/store/bulk.ts";
import { ImageStore } from "../../src/console/store/image-store.ts";
import { makeUuid } from "../support/uuids.ts";
import "../support/locks.ts";
import type { Fate } from "./losing-proxy.ts";
import { ProxiedService } from "./proxied-service.ts";

const bob = { uuid: "47034e57-42d1-0342-b302-00db733e8c8a", login: "bob" };
const carol = { uuid: "22222222-2222-4222-8222-222222222222", login: "carol" };
const service = new ProxiedService();
let proxy: ProxiedService["proxy"];
let client: Client;
let store: ImageStore;

beforeAll(async () => {
  const key = await generateKey("bob");
  const images = Array.from({ length: 6 }, (_, at) => ({
    ...{ uuid: makeUuid(at + 1), owner: bob.uuid, name: `n${at}`, version: "1", os: null, type: null, state: "active" },
    ...(at === 0 && { tags: { role: "db" } }),
  }));
  const accounts = [{ ...bob, keys: [{ name: "bob", key: key.publicLine }] }, carol];
  await service.start({ accounts, images });
  proxy = service.proxy;
  client = new Client({ login: "bob", key, actAs: null }, { origin: proxy.origin });
  store = new ImageStore(client);
  await store.readList();
});

afterAll(() => service.stop());

afterEach(async () => {
  proxy.fates = [];
  for (const intent of await listKeptIntents("bob")) await dropIntent(intent);
});

const idsOf = (...numbers: number[]) => numbers.map(makeUuid);

/** A change to the images of these numbers. */
function plan(change: BulkChange, numbers: number[], options = {}): Bulk {
  const images = idsOf(...numbers).flatMap((id) => store.list.images.filter((image) => image.id === id));
  return new Bulk(store, { images, change }, options);
}

const listStates = (bulk: Bulk) =>
  bulk.items.map(({ outcome }) => ("fields" in outcome ? [outcome.state, ...outcome.fields] : [outcome.state]));

const countRevisions = async (id: string) => (await client.audit(id)).entries.length;
const getImage = async (number: number): Promise<Image> => (await client.getImage(makeUuid(number))).image;

it("each image is rehearsed, then written once, over what was rehearsed; the rows follow", async () => {
  const bulk = plan({ kind: "set-tag", tags: { role: "db" } }, [1, 2, 3]);
  const from = proxy.seen.length;
  await bulk.rehearse();
  expect(listStates(bulk)).toEqual([["rehearsed"], ["rehearsed", "tags"], ["rehearsed", "tags"]]);
  expect(bulk.count()).toEqual({ waiting: 0, planned: 2, same: 1, done: 0, refused: 0, silent: 0 });
  expect(new Set(proxy.seen.slice(from).map(({ key }) => key))).toEqual(new Set([undefined]));
  const { tags } = await getImage(2);
  expect(tags).toBe(undefined);
  await bulk.write();
  expect(listStates(bulk)).toEqual([["rehearsed"], ["done", "tags"], ["done", "tags"]]);
  const keys = proxy.seen.slice(from).flatMap(({ key }) => key ?? []);
  expect([keys.length, new Set(keys).size]).toEqual([2, 2]);
  const rows = store.list.images.filter(({ id }) => idsOf(1, 2, 3).includes(id));
  expect(rows.map((row) => row.tags)).toEqual([{ role: "db" }, { role: "db" }, { role: "db" }]);
});

it("a tag is removed where it is, and one that is not there is no refusal", async () => {
  const bulk = plan({ kind: "remove-tag", key: "role" }, [2, 4]);
  await bulk.rehearse();
  expect(listStates(bulk)).toEqual([["rehearsed", "tags"], ["rehearsed"]]);
  await bulk.write();
  expect(listStates(bulk)).toEqual([["done", "tags"], ["rehearsed"]]);
  expect((await getImage(2)).tags).toEqual({});
});

it("the rehearsal says what stands there now, not what the list showed, and the write is over that", async () => {
  const set = plan({ kind: "set-tag", tags: { seen: "here", new: null } }, [3]);
  const other = makeIntent({ account: "bob", image: makeUuid(3), kind: "add-tags", body: { seen: "elsewhere" } });
  await client.write(other);
  await set.rehearse();
  const { etag } = await client.getImage(makeUuid(3));
  const differences = [
    { tag: "seen", before: "elsewhere", after: "here" },
    { tag: "new", before: undefined, after: null },
  ];
  expect(set.items.map(({ outcome }) => outcome)).toEqual([
    { state: "rehearsed", etag, fields: ["tags"], differences },
  ]);
  await set.write();
  const remove = plan({ kind: "remove-tag", key: "seen" }, [3]);
  await remove.rehearse();
  const gone = { differences: [{ tag: "seen", before: "here", after: undefined }] };
  expect(remove.items.map(({ outcome }) => outcome)).toMatchObject([gone]);
  const share = plan({ kind: "share", accounts: [carol.uuid] }, [3]);
  await share.rehearse();
  expect(share.items.map(({ outcome }) => outcome)).toMatchObject([
    { fields: ["acl"], differences: [{ accounts: 1 }] },
  ]);
});

it("what is changed between the look and its rehearsal is refused", async () => {
  const bulk = plan({ kind: "set-tag", tags: { between: 1 } }, [3]);
  const { getImage: look } = client;
  client.getImage = async (id) => {
    const seen = await look.call(client, id);
    await client.write(makeIntent({ account: "bob", image: id, kind: "add-tags", body: { between: 2 } }));
    return seen;
  };
  await bulk.rehearse();
  client.getImage = look;
  expect(bulk.items.map(({ outcome }) => outcome)).toMatchObject([{ state: "refused", refusal: { status: 412 } }]);
});

it("images are shared with accounts, and no longer", async () => {
  const share = plan({ kind: "share", accounts: [carol.uuid] }, [4, 5]);
  await share.rehearse();
  await share.write();
  expect(listStates(share)).toEqual([
    ["done", "acl"],
    ["done", "acl"],
  ]);
  const unshare = plan({ kind: "unshare", accounts: [carol.uuid] }, [3, 4, 5]);
  await unshare.rehearse();
  await unshare.write();
  expect(listStates(unshare)).toEqual([["rehearsed"], ["done", "acl"], ["done", "acl"]]);
  expect((await getImage(4)).acl).toBe(undefined);
});

it("what somebody else changed since the rehearsal is refused, and rehearsed anew before it is tried again", async () => {
  const bulk = plan({ kind: "set-tag", tags: { release: "1" } }, [4, 5]);
  await bulk.rehearse();
  const other = makeIntent({ account: "bob", image: makeUuid(4), kind: "update", body: { version: "2" } });
  await client.write(other);
  await bulk.write();
  expect(listStates(bulk)).toEqual([["refused"], ["done", "tags"]]);
  await bulk.retry();
  expect(listStates(bulk)).toEqual([
    ["rehearsed", "tags"],
    ["done", "tags"],
  ]);
  await bulk.write();
  expect(bulk.count()).toMatchObject({ done: 2, refused: 0 });
  expect(await getImage(4)).toMatchObject({ version: "2", tags: { release: "1" } });
});

it("a write that no answer came to is asked for again under its key, and made once", async () => {
  const bulk = plan({ kind: "set-tag", tags: { silent: true } }, [6]);
  await bulk.rehearse();
  const before = await countRevisions(makeUuid(6));
  const lost: Fate = "answer lost";
  proxy.fates = [lost, lost, lost];
  const from = proxy.seen.length;
  await bulk.write();
  expect(listStates(bulk)).toEqual([["silent"]]);
  // A refusal that is judged before the record does not say that it was not made.
  proxy.fates = [{ status: 401 }];
  await bulk.retry();
  expect(listStates(bulk)).toEqual([["silent"]]);
  await bulk.retry();
  expect(listStates(bulk)).toEqual([["done", "tags"]]);
  expect(new Set(proxy.seen.slice(from).flatMap(({ key }) => key ?? [])).size).toBe(1);
  expect(await countRevisions(makeUuid(6))).toBe(before + 1);
  expect(await listKeptIntents("bob")).toEqual([]);
});

it("a write that is asked to wait after silence is asked for again under its key, and told as silent once stopped", async () => {
  const seen = { waits: 0 };
  const wait = async () => {
    seen.waits += 1;
    if (seen.waits === 2) void bulk.stop();
  };
  const bulk = plan({ kind: "set-tag", tags: { waited: true } }, [6], { wait });
  await bulk.rehearse();
  const before = await countRevisions(makeUuid(6));
  const busy: Fate = { status: 429, headers: { "Retry-After": "60" } };
  proxy.fates = ["answer lost", busy, busy];
  const from = proxy.seen.length;
  await bulk.write();
  expect([seen.waits, listStates(bulk)]).toEqual([2, [["silent"]]]);
  await bulk.retry();
  expect(listStates(bulk)).toEqual([["done", "tags"]]);
  expect(new Set(proxy.seen.slice(from).flatMap(({ key }) => key ?? [])).size).toBe(1);
  expect(await countRevisions(makeUuid(6))).toBe(before + 1);
});

it("too many requests are waited for, as long as the service says", async () => {
  const waits: number[] = [];
  const wait = async (ms: number) => void waits.push(ms);
  const bulk = plan({ kind: "set-tag", tags: { patient: 1 } }, [1], { wait, now: () => 1000 });
  const busy: Fate = { status: 429, headers: { "Retry-After": "60" } };
  proxy.fates = [busy, busy];
  await bulk.rehearse();
  expect([waits, listStates(bulk)]).toEqual([[60_000, 60_000], [["rehearsed", "tags"]]]);
  proxy.fates = [busy];
  await bulk.write();
  expect([waits.length, listStates(bulk)]).toEqual([3, [["done", "tags"]]]);
});

it("once stopped, no further image is begun", async () => {
  const bulk = plan({ kind: "set-tag", tags: { stopped: 1 } }, [1, 2, 3, 4, 5, 6]);
  await bulk.rehearse();
  bulk.onChange = () => bulk.stop();
  await bulk.write();
  const { done, planned } = bulk.count();
  expect(done + planned).toBe(6);
  expect(planned).toBeGreaterThan(0);
  expect(bulk.isRunning).toBe(false);
});

it("once stopped, it waits for nothing that is asked of a request on its way", async () => {
  const stopped = plan({ kind: "set-tag", tags: { stopped: 2 } }, [1]);
  await stopped.rehearse();
  proxy.fates = [{ status: 429, headers: { "Retry-After": "3600" } }];
  const written = stopped.write();
  await stopped.stop();
  await written;
  expect([proxy.fates, listStates(stopped), stopped.isRunning]).toEqual([[], [["rehearsed", "tags"]], false]);
});

it("a refusal of the rehearsal is told, and keys that a path cannot hold are refused before", async () => {
  const bulk = plan({ kind: "share", accounts: ["nobody"] }, [1]);
  await bulk.rehearse();
  expect(bulk.items.map(({ outcome }) => outcome)).toMatchObject([{ state: "refused", refusal: { status: 422 } }]);
  const mistakes = ["", ".", ".."].map((key) => findChangeMistake({ kind: "remove-tag", key }));
  expect(mistakes).toEqual([
    "Which tag?",
    "A tag of this name is removed on the page of its image.",
    "A tag of this name is removed on the page of its image.",
  ]);
});
