import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DatabaseSync } from "../../scripts/provisioning/sqlite.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { findDatabaseFile } from "../../scripts/serving/database-file.ts";
import { changeVariables, readSettings } from "../../scripts/serving/settings.ts";
import { pickStatusAndJson } from "../support/answer.ts";
import { loader, loaderAccount, makeLoaderImages, makeSignature, sendTo, sendUpdate } from "../support/loader.ts";
import { makeRandom, seed } from "../support/random.ts";
import { sendRaw } from "../support/raw-socket.ts";
import { run, StartedService } from "../support/started.ts";
import { makeUuid } from "../support/uuids.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-serve ü-"));
const state = join(folder, "state");
const connections = 16;
const file = join(folder, "first.json");
let service: StartedService;
let port = 0;

/** Starts the service on the state of this test. */
async function serve(...args: string[]): Promise<void> {
  port = await findFreePort();
  service = new StartedService(["--port", String(port), "--state", state, ...args], "serve");
  await service.waitUntilReady();
}

const lines = (): Record<string, unknown>[] =>
  service.output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  writeFileSync(file, JSON.stringify({ accounts: [loaderAccount], images: makeLoaderImages(connections) }));
});

afterEach(async () => {
  await service?.end();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("npm run serve", () => {
  it("makes and migrates the database of an empty folder, and says where it answers and how to end it", async () => {
    await serve();
    expect(await service.end()).toBe(0);
    const provisioned = await run(process.execPath, ["scripts/provision.ts", "--state", state, file]);
    expect({ code: provisioned.code, stderr: provisioned.stderr }).toEqual({ code: 0, stderr: "" });
    await serve();
    expect(service.output).toContain(
      `cloudapi-edge answers on http://127.0.0.1:${port}; state in ${state}; end it with Ctrl-C or kill ${service.process.pid}\n`,
    );
  });

  it("serves what npm start stored, and writes one log line a request to stdout", async () => {
    await serve();
    expect((await sendUpdate(port, 1, { name: "served" })).json).toMatchObject({ id: makeUuid(1), name: "served" });
    expect((await sendTo(port, "/my/images/none")).status).toBe(404);
    const health = await fetch(`http://127.0.0.1:${port}/--health`);
    expect([health.status, await health.json()]).toEqual([200, expect.objectContaining({ healthy: true })]);
    await service.end();
    // The start asks with pings until one is answered: how many depends on the machine.
    const [update, ...rest] = lines().filter(({ operation }) => operation !== "Ping");
    expect(update).toMatchObject({ operation: "UpdateImage", account: loader.uuid, changed: ["name"], status: 200 });
    expect(rest.map(({ operation, status }) => [operation, status])).toEqual([
      ["GetImage", 404],
      ["Health", 200],
    ]);
  });

  it("reads while another program has the database's lock, and writes when it gives the lock back", async () => {
    await serve();
    const holder = new DatabaseSync(findDatabaseFile(state));
    holder.exec("BEGIN IMMEDIATE; UPDATE images SET description = 'held'");
    const update = sendUpdate(port, 3, { name: "after" });
    expect((await sendTo(port, `/my/images/${makeUuid(3)}`)).json).toMatchObject({ name: "0" });
    expect((await sendTo(port, "/my/images?limit=2")).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/--health`)).status).toBe(200);
    holder.exec("ROLLBACK");
    holder.close();
    expect((await update).json).toMatchObject({ name: "after" });
  });

  it("runs the very bytes that are deployed", async () => {
    await run(process.execPath, ["scripts/size.ts", "--bytes", "--outdir", join(folder, "deployed")]);
    const [served, deployed] = [join(state, "serve/service.js"), join(folder, "deployed/index.js")].map((path) =>
      readFileSync(path, "utf8"),
    );
    expect(served?.length).toBeGreaterThan(100_000);
    expect(served === deployed).toBe(true);
  });

  it("refuses a Host that is no host name, or two of them, as JSON and in the log", async () => {
    await serve();
    const ask = async (path: string, host: string) => {
      const text = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
      return (await sendRaw(port, { pieces: [text], ending: "none", withinMs: 60_000 })).text;
    };
    for (const path of ["/--ping", "/my", "/--docs/", "/--console/"]) {
      for (const host of ["a b", "%", "x:99999", "[::1", "x\r\nHost: y", "<b>", "a/b", "a?b"]) {
        const message = `Host is no host name: ${host.replace("\r\nHost:", ",")}`;
        const [head, body] = (await ask(path, host)).split("\r\n\r\n");
        expect([head?.split("\r\n", 1)[0], body]).toEqual([
          "HTTP/1.1 400 Bad Request",
          JSON.stringify({ code: "BadRequest", message }),
        ]);
      }
      for (const host of ["127.0.0.1", "[::1]:80", "images.example.com:8787", "a_b"])
        expect(await ask(path, host)).toMatch(/^HTTP\/1\.1 (?:200|401) /);
    }
    await service.end();
    expect(lines().filter(({ status, code }) => status === 400 && code === "BadRequest")).toHaveLength(32);
  });

  it("takes variables, and refuses those that are not", async () => {
    await serve("--var", "READ_ONLY=true");
    expect(pickStatusAndJson(await sendUpdate(port, 1, { name: "n" }))).toMatchObject({ status: 503 });
    expect((await sendTo(port, "/my")).status).toBe(200);
    const { vars } = readSettings();
    expect(() => changeVariables(vars, ["READONLY=true"])).toThrow("--var: there is no variable READONLY; there are ");
    expect(() => changeVariables(vars, ["READ_ONLY=yes"])).toThrow(
      'configuration: READ_ONLY is true or false; "yes" was sent',
    );
    expect(() => changeVariables(vars, ["MAX_IMAGES=abc", "DATACENTER_NAME="])).toThrow(
      'configuration: DATACENTER_NAME is 1 to 64 characters of A-Z a-z 0-9 . _ -; "" was sent, and MAX_IMAGES is a whole number from 0 to 999999999; "abc" was sent',
    );
    expect(() => changeVariables(vars, ["READ_ONLY"])).toThrow("--var is NAME=VALUE; READ_ONLY was given");
  });

  it("demands a signature over (request-target) where other machines reach it, whatever --var says", async () => {
    await serve("--host", "0.0.0.0", "--var", "REQUIRE_REQUEST_TARGET=false");
    expect(service.output).toMatch(/^warning: 0\.0\.0\.0:\d+ may be reached by other machines, .* is on\n/m);
    expect(pickStatusAndJson(await sendTo(port, "/my"))).toEqual({
      status: 400,
      json: {
        code: "InvalidHeader",
        message: 'the signature must cover (request-target): headers="(request-target) date"',
      },
    });
  });

  it(`drops no request that it took: each is answered whole or was not begun, seed ${seed}`, async () => {
    const rounds = process.env["LONG"] ? 50 : 1;
    const random = makeRandom();
    const db = new DatabaseSync(findDatabaseFile(state));
    const countRevisions = () => Number(db.prepare("SELECT sum(revision) AS n FROM images").get()?.["n"]);
    for (let round = 0; round < rounds; round += 1) {
      const before = countRevisions();
      await serve();
      const { counts, ended } = startLoad();
      // Every connection is in use, however slow the machine is.
      const enough = 2 * connections + random(150);
      while (counts.answered < enough) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(await service.end()).toBe(0);
      await ended;
      const { answered, broken } = counts;
      expect({ revisions: countRevisions() - before, broken }).toEqual({ revisions: answered, broken: 0 });
    }
    db.close();
  });

  it("finishes a request that is under way when the signal comes", async () => {
    await serve();
    const sent = JSON.stringify({ name: "slow" });
    const { date, authorization } = makeSignature();
    const headers = {
      Date: date,
      Authorization: authorization,
      "Content-Type": "application/json",
      "Content-Length": sent.length,
    };
    const path = `/my/images/${makeUuid(2)}?action=update`;
    const slow = request({ host: "127.0.0.1", port, method: "POST", path, headers });
    await new Promise((resolve) => slow.write(sent.slice(0, 5), resolve));
    const answer = new Promise<[number, string]>((resolve, reject) => {
      slow.on("error", reject).on("response", (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve([response.statusCode ?? 0, text]));
      });
    });
    // One thread reads all connections in turn: whoever asks later is answered after it has read this one's head.
    const idle = connect(port, "127.0.0.1");
    idle.write(`GET /--ping HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await once(idle, "data");
    const ended = service.end();
    // The signal has come once an idle connection is closed.
    await once(idle, "end");
    idle.destroy();
    slow.end(sent.slice(5));
    const [status, text] = await answer;
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ name: "slow" })]);
    expect(await ended).toBe(0);
  });

  it("prints its usage with --help", async () => {
    const { code, stdout, stderr } = await run(process.execPath, ["scripts/serve.ts", "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^usage: npm run serve .*--host .*--port .*--state .*--var .*--verbose /s);
  });

  it("leaves nothing but the database and what workerd reads in the state folder", () => {
    expect(readdirSync(state).sort()).toEqual(["database.txt", "lock", "serve", "v3"]);
  });
});

/** Updates over kept connections until each is closed: how many were answered so far, and how many answers broke off. */
function startLoad(): { counts: { answered: number; broken: number }; ended: Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const counts = { answered: 0, broken: 0 };
  const lanes = Array.from({ length: connections }, async (_, lane) => {
    for (let at = 0; ; at += 1) {
      const outcome = await send(agent, lane, `${process.hrtime.bigint()}-${at}`);
      if (outcome === "answered") counts.answered += 1;
      if (outcome === "broken") counts.broken += 1;
      if (outcome !== "answered") return;
    }
  });
  return { counts, ended: Promise.all(lanes).then(() => agent.destroy()) };
}

function send(agent: Agent, lane: number, name: string): Promise<"answered" | "broken" | "not taken"> {
  const { date, authorization } = makeSignature();
  const body = JSON.stringify({ name });
  const headers = {
    Date: date,
    Authorization: authorization,
    "Content-Type": "application/json",
    "Content-Length": body.length,
  };
  const path = `/my/images/${makeUuid(lane)}?action=update`;
  return new Promise((resolve) => {
    request({ agent, host: "127.0.0.1", port, method: "POST", path, headers }, (answer) => {
      answer
        .resume()
        .on("error", () => resolve("broken"))
        .on("end", () => resolve(answer.statusCode === 200 ? "answered" : "broken"));
    })
      .on("error", () => resolve("not taken"))
      .end(body);
  });
}
