import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareImages } from "../../scripts/following/rules.ts";
import { FakeTarget, send } from "../support/fake-target.ts";
import { endBy, Following, makeImages, parseLines, readFeed } from "../support/following.ts";
import { loader, sendTo, sendUpdate } from "../support/loader.ts";
import { PlainService } from "../support/plain-service.ts";
import { makeRandom, seed } from "../support/random.ts";
import { makeUuid } from "../support/uuids.ts";

const isLong = Boolean(process.env["LONG"]);
const [edits, images] = [isLong ? 2000 : 40, 4];
const random = makeRandom();
const following = new Following();
const [source, east, west] = [new PlainService(), new PlainService(), new PlainService()];
const targets = [east, west];

beforeAll(async () => {
  for (const service of [source, ...targets]) await service.start(makeImages(images + 3));
});
afterAll(async () => {
  following.stop();
  for (const service of [source, ...targets]) await service.stop();
});

const nameOf = ({ port }: PlainService): string => `${loader.login}@http://127.0.0.1:${port}`;
const to = (...services: PlainService[]): string[] =>
  services.flatMap(({ port }) => ["--to", `http://127.0.0.1:${port}`]);
const follow = (...more: string[]) => following.run(source.port, ...more);

type Json = Record<string, unknown>;

/** An image as the follower asks for it. */
const read = async ({ port }: PlainService, index: number) => {
  const { json, headers } = await sendTo(port, `/my/images/${makeUuid(index)}`, {
    headers: { "Accept-Version": "~9" },
  });
  return { image: json as Json, etag: headers.get("ETag") };
};

const pick = (values: readonly unknown[]): unknown => values[random(values.length)];

/** An update of one field or two. */
const makeUpdate = (): Json =>
  Object.fromEntries(
    [1, 2].map(
      () =>
        pick([
          ["name", `n${random(4)}`],
          ["version", `${random(3)}`],
          ["description", pick([null, "one", "ü\n"])],
          ["homepage", pick([null, "https://example.com/"])],
          ["acl", pick([null, [makeUuid(91)], [makeUuid(91), makeUuid(92)]])],
          ["tags", pick([null, {}, { role: "db" }, { role: "db", n: [1, { a: null }] }])],
        ]) as [string, unknown],
    ),
  );

const edit = async ({ port }: PlainService, index: number): Promise<string[]> => {
  const update = makeUpdate();
  expect((await sendUpdate(port, index, update)).status).toBe(200);
  return Object.keys(update);
};

/** What `--check` should print of each target and image: how they differ, each read by itself. */
async function readDifferences(): Promise<[where: string, differs: Json][]> {
  const found: [string, Json][] = [];
  for (const target of targets) {
    for (let index = 0; index < images; index += 1) {
      const differs = compareImages((await read(source, index)).image, (await read(target, index)).image);
      if (Object.keys(differs).length > 0) found.push([`${nameOf(target)} ${makeUuid(index)}`, differs]);
    }
  }
  return found;
}

it(`two targets follow ${edits} edits, while it is killed, they stop and are edited by hand, seed ${seed}`, async () => {
  const byHand = new Set<string>();
  const named = new Set<string>();
  const args = ["--after", "cursors", ...to(east, west)];
  expect((await follow(...args, "--once")).stdout).toBe("");
  let started = following.start(source.port, ...args);
  const kill = async () => {
    await endBy(started.process, "SIGKILL");
    noteConflicts(named, started.output.text);
  };
  const disturb = async (target: PlainService) => {
    const index = random(images);
    if (random(4) === 0)
      for (const field of await edit(target, index)) byHand.add(`${nameOf(target)} ${makeUuid(index)} ${field}`);
    if (random(10) === 0) process.kill(target.pid, "SIGSTOP");
    if (isLong && random(50) === 0) await target.restart();
    if (random(20) > 0) return;
    await kill();
    started = following.start(source.port, ...args);
  };
  for (let at = 0; at < edits; at += 1) {
    await edit(source, random(images));
    await disturb(pick(targets) as PlainService);
    for (const { pid } of targets) process.kill(pid, "SIGCONT");
  }
  await kill();
  const { stdout: last, ...ended } = await follow(...args, "--once");
  expect(ended).toEqual({ code: 0, stderr: "" });
  noteConflicts(named, last);

  const checked = await follow("--check", ...to(east, west));
  const found = parseLines(checked.stdout).map(({ target, image, differs }) => [`${target} ${image}`, differs]);
  const expected = await readDifferences();
  expect(found).toEqual(expect.arrayContaining(expected));
  expect([found.length, checked.code]).toEqual([expected.length, expected.length > 0 ? 1 : 0]);
  const fields = expected.flatMap(([where, differs]) => Object.keys(differs).map((field) => `${where} ${field}`));
  expect([...fields, ...named].filter((field) => !byHand.has(field))).toEqual([]);
});

/** Notes the fields that lines name as conflicts. The last line may be cut off. */
function noteConflicts(named: Set<string>, output: string): void {
  const lines = output.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  for (const { target, image, conflicts } of parseLines(`${lines.join("\n")}\n`.replace(/^\n/, ""))) {
    for (const field of Object.keys(Object(conflicts))) named.add(`${target} ${image} ${field}`);
  }
}

describe("a target without a cursor", () => {
  it("is compared first: what it has is not changed on the way, and what it lacks is applied", async () => {
    const index = images;
    for (const name of ["new", "n", "new"]) await sendUpdate(source.port, index, { name });
    await sendUpdate(east.port, index, { name: "new" });
    expect((await follow("--once", ...to(east, west))).code).toBe(0);
    expect((await read(east, index)).etag).toBe('"2-9.0.0"');
    expect((await read(west, index)).image["name"]).toBe("new");
  });

  it("whose changes were missed ends alone with 3; --resync compares, and goes on", async () => {
    const index = images + 1;
    const lost = Buffer.from(`${loader.uuid} 999999 x`).toString("base64url");
    const good = (await readFeed(source.port)).at(-1)?.["cursor"];
    writeFileSync(following.path("lost"), `${lost} ${nameOf(east)}\n${good} ${nameOf(west)}\n`);
    await sendUpdate(source.port, index, { name: "missed" });
    const missed = `${nameOf(east)}: changes after the cursor are not in the feed any more, or the database was restored`;
    const applied = { image: makeUuid(index), revision: 2, applied: ["name"] };
    const ended = await follow("--after", "lost", "--once", ...to(east, west));
    expect({ ...ended, stdout: parseLines(ended.stdout) }).toEqual({
      code: 3,
      stderr: `${missed}. Read docs/changes.md#when-changes-were-missed, then add --resync\n`,
      stdout: [{ target: nameOf(west), ...applied }],
    });
    const resynced = await follow("--after", "lost", "--once", "--resync", ...to(east, west));
    expect([resynced.code, resynced.stderr]).toEqual([0, `${missed}; comparing all images\n`]);
    const newest = (await readFeed(source.port)).at(-1)?.["cursor"];
    expect(readFileSync(following.path("lost"), "utf8")).toBe(`${newest} ${nameOf(east)}\n${newest} ${nameOf(west)}\n`);
    expect(parseLines(resynced.stdout).filter(({ image }) => image === makeUuid(index))).toEqual([
      {
        target: nameOf(east),
        image: makeUuid(index),
        revision: 2,
        differs: { name: { source: "missed", target: "n" } },
      },
      { target: nameOf(east), ...applied },
    ]);
  });
});

it("a target that is down holds back itself alone, and keeps no cursor before it has all that was here before", async () => {
  const index = images + 2;
  const fake = new FakeTarget();
  await fake.start();
  fake.images.set(makeUuid(index), { id: makeUuid(index), name: "n", version: "1" });
  fake.behave = ({ method }, response) => {
    if (method === "POST") send(response, {}, { status: 503 });
    return method === "POST";
  };
  await sendUpdate(source.port, index, { description: "while it is down" });
  const { code, stdout, stderr } = await follow("--after", "lost", "--once", "--to", fake.origin, ...to(west));
  expect([code, stderr]).toEqual([1, `${loader.login}@${fake.origin}: the answer is 503\n`]);
  expect(parseLines(stdout).filter(({ target }) => target === nameOf(west))).toEqual([
    { target: nameOf(west), image: makeUuid(index), revision: 2, applied: ["description"] },
  ]);
  expect(readFileSync(following.path("lost"), "utf8")).not.toContain(fake.origin);
  fake.stop();
  const gone = await follow("--after", "lost", "--once", "--to", fake.origin);
  expect([gone.code, gone.stdout]).toEqual([1, ""]);
  expect(gone.stderr).toMatch(/^loader@http:\/\/127\.0\.0\.1:\d+: no answer: .*\n$/);
});

it("a request to one target is refused by every other", async () => {
  const fake = new FakeTarget();
  await fake.start();
  await follow("--check", "--to", fake.origin);
  fake.stop();
  const [
    {
      path = "",
      headers: { host: _, connection: __, ...headers },
    } = { headers: {} },
  ] = fake.received;
  const replayed = await fetch(`http://127.0.0.1:${west.port}${path}`, { headers: headers as Record<string, string> });
  expect([path, replayed.status]).toEqual([`/my/images/${makeUuid(0)}`, 401]);
});
