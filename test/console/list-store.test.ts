import { afterAll, beforeAll, expect, it } from "vitest";
import { Client } from "../../src/console/api/client.ts";
import type { Image } from "../../src/console/api/image.ts";
import { makeIntent } from "../../src/console/api/intents.ts";
import { Refusal } from "../../src/console/api/refusal.ts";
import { typeText } from "../../src/console/edit/edit.ts";
import { generateKey } from "../../src/console/keys/generate-key.ts";
import type { Session } from "../../src/console/keys/kept-session.ts";
import { ImageStore } from "../../src/console/store/image-store.ts";
import { listNews } from "../../src/console/store/opened.ts";
import { makeUuid } from "../support/uuids.ts";
import "../support/locks.ts";
import { ProxiedService } from "./proxied-service.ts";

const bob = { uuid: "47034e57-42d1-0342-b302-00db733e8c8a", login: "bob" };
const carol = { uuid: "22222222-2222-4222-8222-222222222222", login: "carol" };
const own = Array.from({ length: 4 }, (_, at) => ({
  ...{ uuid: makeUuid(at + 1), owner: bob.uuid, name: `n${at}`, version: "1", os: null, type: null },
}));
const hers = { ...own[0], uuid: makeUuid(50), owner: carol.uuid, state: "active", acl: [bob.uuid] };
const [first = "", second = "", third = ""] = own.map(({ uuid }) => uuid);
const service = new ProxiedService();
let proxy: ProxiedService["proxy"];
let session: Session;

beforeAll(async () => {
  const key = await generateKey("bob");
  const accounts = [{ ...bob, keys: [{ name: "bob", key: key.publicLine }] }, carol];
  await service.start({ accounts, images: [...own, hers] });
  proxy = service.proxy;
  session = { login: "bob", key, actAs: null };
});

afterAll(() => service.stop());

/** A client to whom something happens once, between a list and its end. */
class Interrupted extends Client {
  happens: () => Promise<void> = async () => undefined;

  override async listAllImages(...args: Parameters<Client["listAllImages"]>): Promise<void> {
    await super.listAllImages(...args);
    const { happens } = this;
    this.happens = async () => undefined;
    await happens();
  }
}

/** A client that lists images, and reads none while there is a refusal. */
class Unreadable extends Client {
  refusal: Refusal | null = null;

  override async getImage(...args: Parameters<Client["getImage"]>): ReturnType<Client["getImage"]> {
    if (this.refusal) throw this.refusal;
    return await super.getImage(...args);
  }
}

const makeUpdate = (image: string, version: string) =>
  makeIntent({ account: "bob", image, kind: "update", body: { version } });

const readVersions = (store: ImageStore) =>
  Object.fromEntries(store.list.images.map(({ id, version }: Image) => [id, version]));

it("what arrives while the list is read again is not lost with the earlier rows", async () => {
  const client = new Interrupted(session, { origin: proxy.origin });
  const other = new Client(session, { origin: proxy.origin });
  const times = [1, 2, 3, 4, 5, 6].map((hour) => hour * 3_600_000);
  const store = new ImageStore(client, null, () => times.shift() ?? 0);
  await store.readList();
  expect(store.list).toMatchObject({ state: "read", isReading: false, begunAt: 3_600_000, readAt: 7_200_000 });
  expect(store.isFollowed).toBe(true);
  const before = readVersions(store);
  client.happens = async () => {
    // Its own write, another key's change and another's deletion, which the feed tells once.
    await store.write(makeUpdate(first, "own"));
    await other.write(makeUpdate(second, "others"));
    await other.write(makeIntent({ account: "bob", image: third, kind: "delete" }));
    await store.poll();
  };
  await store.readList({ again: true });
  const { [third]: _, ...left } = before;
  expect(readVersions(store)).toEqual({ ...left, [first]: "own", [second]: "others" });
});

it("a list that is there is read no second time, and one that fails keeps what was read", async () => {
  const store = new ImageStore(new Client(session, { origin: proxy.origin }));
  await store.readList();
  const { images: rows, readAt } = store.list;
  const from = proxy.seen.length;
  await store.readList();
  expect(proxy.seen.length).toBe(from);
  proxy.fates = [{ status: 500 }, { status: 500 }];
  await store.readList({ again: true });
  proxy.fates = [];
  expect(store.list).toMatchObject({ images: rows, state: "read", isReading: false, readAt, refusal: { status: 500 } });
  expect(store.list.images).toBe(rows);
});

it("a new image that could not be read is missed aloud, and read with the next look at the feed", async () => {
  const client = new Unreadable(session, { origin: proxy.origin });
  const store = new ImageStore(client);
  await store.readList();
  const before = readVersions(store);
  const { image: cloned } = await new Client(session, { origin: proxy.origin }).write(
    makeIntent({ account: "bob", image: hers.uuid, kind: "clone" }),
  );
  const id = cloned?.id ?? "";
  client.refusal = new Refusal("busy", { status: 503, code: "ServiceUnavailable" });
  await store.poll();
  expect([readVersions(store), store.list]).toMatchObject([before, { state: "read", refusal: { status: 503 } }]);
  // What fails again is missed still.
  await store.poll();
  expect(store.list.refusal).toBe(client.refusal);
  client.refusal = null;
  await store.poll();
  expect([readVersions(store), store.list.refusal]).toEqual([{ ...before, [id]: cloned?.version }, null]);
});

it("a change that the feed told before its next page failed is taken in; what came after one's own save is news", async () => {
  const store = new ImageStore(new Client(session, { origin: proxy.origin }));
  const other = new Client(session, { origin: `http://127.0.0.1:${new URL(proxy.origin).port}` });
  await store.open(first);
  await store.readList();
  await other.write(makeUpdate(first, "told"));
  proxy.fates = ["answered", "answer lost"];
  await store.poll();
  expect(readVersions(store)[first]).toBe("told");
  expect(store.read(first)).toMatchObject({ version: { image: { version: "told" } }, told: [{ isOwn: true }] });
  expect(listNews(store.read(first))).toHaveLength(1);
  store.edit(first, (edit, image) => typeText(edit, image, { field: "description", text: "typed" }));
  await store.save(first);
  expect(listNews(store.read(first))).toEqual([]);
});
