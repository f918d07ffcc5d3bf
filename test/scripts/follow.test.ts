import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitForLeftCommand } from "../../scripts/following/command.ts";
import { endBy, Following, makeImages, parseLines, readFeed, waitUntil } from "../support/following.ts";
import { loader, sendUpdate } from "../support/loader.ts";
import { PlainService } from "../support/plain-service.ts";
import { makeRandom, seed } from "../support/random.ts";

const isLong = Boolean(process.env["LONG"]);
const [kills, writes, writers] = [isLong ? 1000 : 3, isLong ? 10_000 : 64, 8];
const random = makeRandom();
const following = new Following();
const service = new PlainService();

// Nothing is trimmed, however long it takes.
const vars = { HISTORY_REVISIONS: "0", HISTORY_BYTES: "0", ACCOUNT_HISTORY_BYTES: "0" };
beforeAll(() => service.start(makeImages(writers), { entry: "test/support/losing-worker.ts", vars }));
afterAll(async () => {
  following.stop();
  await service.stop();
});

const follow = (...more: string[]) => following.run(service.port, ...more);
const read = (name: string): string => readFileSync(following.path(name), "utf8");

/** What a terminal, a shell or a reader of lines could take for something else. */
const hostile = '\u001b[2J\u009b1m\n\r\u2028\'; touch pwned; "$(touch pwned)" ü\u202e\u0007\\n';

describe("npm run follow", () => {
  it("prints each change as a line of printable ASCII, and goes on after the cursor of its file", async () => {
    await sendUpdate(service.port, 0, { description: hostile, tags: { [hostile]: hostile } });
    const { stdout, ...ended } = await follow("--after", "cursor", "--once");
    expect(ended).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^[ -~\n]+$/);
    expect(parseLines(stdout)).toEqual(await readFeed(service.port));
    expect(parseLines(stdout).length).toBe(writers + 1);
    const cursor = read("cursor");
    expect(cursor).toBe(`${parseLines(stdout).at(-1)?.["cursor"]}\n`);
    expect((await follow("--after", "cursor", "--once")).stdout).toBe("");
    await sendUpdate(service.port, 0, { name: "next" });
    const next = parseLines((await follow("--after", "cursor", "--once")).stdout);
    expect(next.map(({ changes }) => changes)).toEqual([{ name: { before: "n", after: "next" } }]);
    expect(read("cursor")).not.toBe(cursor);
  });

  it("hands a command each line whole, runs none twice, and stops at one that fails", async () => {
    await sendUpdate(service.port, 1, { tags: { big: "b".repeat(90_000) } });
    const command = '[ ! -e broken ] || exit 7; [ ! -e deaf ] || exit 0; cat >> "out put"';
    writeFileSync(following.path("broken"), "");
    const failed = await follow("--after", "by-command", "--exec", command, "--once");
    expect(failed).toEqual({
      code: 1,
      stdout: "",
      stderr: "the command ended with 7; the next run begins with the same change\n",
    });
    expect(existsSync(following.path("by-command"))).toBe(false);
    execFileSync("rm", [following.path("broken")]);
    expect(await follow("--after", "by-command", "--exec", command, "--once")).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
    expect(parseLines(read("out put"))).toEqual(await readFeed(service.port));
    // A command need not read its input.
    await sendUpdate(service.port, 1, { tags: { big: "c".repeat(90_000) } });
    writeFileSync(following.path("deaf"), "");
    expect((await follow("--after", "by-command", "--exec", command, "--once")).code).toBe(0);
    expect(read("by-command")).toBe(`${(await readFeed(service.port)).at(-1)?.["cursor"]}\n`);
    expect(existsSync(following.path("pwned"))).toBe(false);
  });

  it("waits for the command that a killed run left running", async () => {
    execFileSync("mkfifo", [following.path("gate")]);
    writeFileSync(following.path("first"), "");
    const command =
      "echo begin >> order; if [ -e first ]; then rm first; read -r _ < gate; fi; echo end >> order; exit 1";
    const args = ["--after", "left", "--exec", command];
    const killed = following.start(service.port, ...args);
    await waitUntil(() => existsSync(following.path("order")));
    const { pid } = JSON.parse(read("left.command"));
    await endBy(killed.process, "SIGKILL");
    const second = following.start(service.port, ...args);
    await waitUntil(() => second.output.text !== "");
    expect(second.output.text).toBe(`waiting for the command that a killed run left running: process ${pid}\n`);
    let isOver = false;
    const left = waitForLeftCommand(following.path("left.command"), new AbortController().signal).then(() => {
      isOver = true;
    });
    await setImmediate();
    expect(isOver).toBe(false);
    writeFileSync(following.path("gate"), "go\n");
    await left;
    await waitUntil(() => second.process.exitCode !== null);
    expect(read("order")).toBe("begin\nend\nbegin\nend\n");
  });

  it("ends by a signal after the command that runs, and waits for news until then", async () => {
    execFileSync("mkfifo", [following.path("slow")]);
    const args = ["--after", "signalled", "--exec", "echo >> started; read -r _ < slow"];
    const { process: child, output } = following.start(service.port, ...args);
    await waitUntil(() => existsSync(following.path("started")));
    // npm hands a signal on that the terminal has sent already.
    for (const signal of ["SIGTERM", "SIGINT"] as const) child.kill(signal);
    writeFileSync(following.path("slow"), "go\n");
    await waitUntil(() => child.exitCode !== null);
    const feed = await readFeed(service.port);
    expect([child.exitCode, output.text, read("signalled"), read("started")]).toEqual([
      0,
      "",
      `${feed[0]?.["cursor"]}\n`,
      "\n",
    ]);
    const waiting = following.start(service.port);
    await waitUntil(() => waiting.output.text.split("\n").length > feed.length);
    await sendUpdate(service.port, 0, { name: "news" });
    await waitUntil(() => waiting.output.text.includes('"after":"news"'));
    expect(await endBy(waiting.process, "SIGINT")).toBe(0);
    expect(parseLines(waiting.output.text).length).toBe(feed.length + 1);
  });
});

describe("a cursor file", () => {
  it("is of one program at a time", async () => {
    const first = following.start(service.port, "--after", "own");
    await waitUntil(() => existsSync(following.path("own")));
    execFileSync("ln", ["-s", "own", following.path("link")]);
    for (const name of ["own", "link"]) {
      expect(await follow("--after", name, "--once")).toEqual({
        code: 1,
        stdout: "",
        stderr: `the cursor file ${following.path(name)} cannot be used: another program follows with it\n`,
      });
    }
    expect(await endBy(first.process, "SIGKILL")).toBe(null);
    expect((await follow("--after", "link", "--once")).code).toBe(0);
  });

  it("that is damaged is refused, and stays", async () => {
    writeFileSync(following.path("damaged"), "");
    expect(await follow("--after", "damaged", "--once")).toEqual({
      code: 1,
      stdout: "",
      stderr: `the cursor file ${following.path("damaged")} cannot be used: it holds no cursor; remove it to begin with the oldest change\n`,
    });
    expect(read("damaged")).toBe("");
  });

  it("whose changes are not in the feed any more ends it with 3; --resync says so in a line, and goes on", async () => {
    // A place that the feed has not reached: the database was restored.
    const lost = `${Buffer.from(`${loader.uuid} 999999 x`).toString("base64url")}\n`;
    writeFileSync(following.path("lost"), lost);
    expect(await follow("--after", "lost", "--once")).toEqual({
      code: 3,
      stdout: "",
      stderr: `loader@http://127.0.0.1:${service.port}: changes after the cursor are not in the feed any more, or the database was restored. Read docs/changes.md#when-changes-were-missed, then add --resync\n`,
    });
    expect(read("lost")).toBe(lost);
    const { code, stdout } = await follow("--after", "lost", "--once", "--resync");
    const [first, ...lines] = parseLines(stdout);
    expect([code, first]).toEqual([0, { action: "resync", cursor: expect.any(String) }]);
    expect(lines).toEqual(await readFeed(service.port));
  });
});

/** Some milliseconds, or some lines more: a kill may come at any moment. */
async function waitForMoment(measure: () => number): Promise<void> {
  if (random(2) === 0) return await new Promise((resolve) => setTimeout(resolve, random(250)));
  const enough = measure() + random(8000);
  for (let left = 100; left > 0 && measure() < enough; left -= 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

it(`--exec gets each change in order, over ${kills} kills and lost acknowledgements, seed ${seed}`, async () => {
  let written = 0;
  const write = async (index: number) => {
    for (let at = 0; at < writes / writers; at += 1) {
      // Where every try's acknowledgement was lost, the outcome is unknown, and the write is sent again.
      const send = async () => (await sendUpdate(service.port, index, { name: `${index}-${at}` })).status;
      let status = await send();
      while (status === 503) status = await send();
      expect(status).toBe(200);
      written += 1;
    }
  };
  const load = Promise.all(Array.from({ length: writers }, (_, index) => write(index)));
  const lines = following.path("lines");
  const measure = () => (existsSync(lines) ? statSync(lines).size : 0);
  for (let kill = 0; kill < kills; kill += 1) {
    const { process: child } = following.start(service.port, "--after", "killed", "--exec", "cat >> lines");
    await waitForMoment(measure);
    expect(await endBy(child, "SIGKILL")).toBe(null);
    // The kills are spread over the writes.
    await waitUntil(() => written >= Math.min(writes, ((kill + 1) / kills) * writes * 0.8));
  }
  await load;
  const last = await following.run(service.port, "--after", "killed", "--exec", "cat >> lines", "--once");
  expect(last).toMatchObject({ code: 0, stdout: "" });
  const found = parseLines(readFileSync(lines, "utf8"));
  const repeated = found.filter(({ cursor }, at) => cursor === found[at - 1]?.["cursor"]);
  expect(repeated.length).toBeLessThanOrEqual(kills);
  const feed = await readFeed(service.port);
  expect(feed.length).toBeGreaterThan(writers + writes);
  expect(found.filter((line) => !repeated.includes(line))).toEqual(feed);
});
