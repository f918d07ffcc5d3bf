import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, freePort, run, Started } from "../started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-start-"));
const home = join(folder, "home");
let port = 0;
let service: Started;

const start = (at = home): Started =>
  new Started(["--port", String(port), "--state", join(folder, "state"), "--home", at]);

beforeAll(async () => {
  port = await freePort();
  service = start();
  await service.ready();
});

afterAll(async () => {
  await service.ended();
  rmSync(folder, { recursive: true, force: true });
});

/** The command that is printed under a heading. */
function printed(heading: string): string {
  const [, command = ""] = new RegExp(`# ${heading}.*\\n((?:.+\\n)+)`).exec(service.output) ?? [];
  return command;
}

const newKey = JSON.stringify({
  name: "mine",
  key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICrKgwH0jtRUZpLN4q83ZOmo/4EBwmoGZtnclSdnv7YT",
});

/** The printed curl command for the account's keys. */
const asKeys = (body: string): string =>
  printed("curl")
    .replace(/my\/images\/.*update/, "my/keys")
    .replace(/-d '.*'/, body);

const keyNames = async (): Promise<string[]> =>
  JSON.parse((await curl(asKeys(""))).body).map(({ name }: { name: string }) => name);

type Answer = { status: number; headers: Headers; body: string };

/** An answer of `curl -i`. */
function answerOf({ stdout }: Ended): Answer {
  const [head = "", body = ""] = stdout.split("\r\n\r\n");
  const [status = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(": ")[0] ?? "", line.replace(/^[^:]*: /, "")]),
  );
  return { status: Number(status.split(" ")[1]), headers, body };
}

const curl = async (command: string): Promise<Answer> => answerOf(await run("bash", ["-c", command]));

/** The published page's answer. */
const published = `{
  "id": "eca995fe-b904-11e3-b05a-83a4899322dc",
  "name": "my-renamed-image",
  "version": "1.0.0",
  "os": "smartos",
  "requirements": {},
  "type": "smartmachine",
  "published_at": "2013-11-25T17:44:54Z",
  "owner": "47034e57-42d1-0342-b302-00db733e8c8a",
  "public": true,
  "state": "active"
}`;

const publishedHeaders = [
  "Content-Type",
  "Request-Id",
  "Response-Time",
  "X-Request-Id",
  "X-Api-Version",
  "X-Response-Time",
];

const canConnect = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket
      .on("error", () => resolve(false))
      .on("connect", () => {
        socket.destroy();
        resolve(true);
      });
  });

describe("npm start", () => {
  it("makes a key that only its owner can read, and prints a command for each client", () => {
    expect(statSync(join(home, ".ssh/id_rsa")).mode & 0o777).toBe(0o600);
    expect(printed("triton")).toMatch(new RegExp(`^HOME=${home} .*triton image update eca995fe-`, "s"));
    expect(printed("sdc-updateimage")).toMatch(new RegExp(`^HOME=${home} .*sdc-updateimage --name=.* eca995fe-`, "s"));
  });

  it("answers the published request, sent by the printed curl command, as published", async () => {
    const { status, headers, body } = await curl(printed("curl"));
    expect(status).toBe(200);
    expect(JSON.stringify(JSON.parse(body), null, 2)).toBe(published);
    expect(headers.get("X-Api-Version")).toBe("7.2.0");
    for (const name of publishedHeaders) expect(headers.get(name), name).toBeTruthy();
  });

  it("says where the published request has its trailing comma", async () => {
    const sent = printed("curl").replace(/-d '.*'/, `-d '{\n  "name": "my-renamed-image",\n}'`);
    expect(sent).toContain('image",\n}');
    const { status, body } = await curl(sent);
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 400,
      body: {
        code: "InvalidContent",
        message: "Invalid JSON: there is a trailing comma before } at line 2, column 29",
      },
    });
  });

  it("takes the README's recipe for safe updates", async () => {
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    const recipe = readme
      .slice(readme.indexOf("    edge() {"), readme.indexOf("\n**Who changed what"))
      .replaceAll(/^ {4}/gm, "")
      .replace("127.0.0.1:8787", `127.0.0.1:${port}`)
      .replace(".local/.ssh", join(home, ".ssh"))
      .replaceAll("answer.json", join(folder, "answer.json"));
    const again = `edge POST "$IMAGE?action=update" -H "If-Match: $etag" -H "Idempotency-Key: $key" \\
      -H 'Content-Type: application/json' -d '{"tags":{"role":"db"}}' -i -o ${join(folder, "again.txt")}`;
    const { stdout } = await run("bash", ["-c", `${recipe}\n${again}`]);
    const [status = "", body = ""] = stdout.split("\n");
    expect([status, JSON.parse(body).tags]).toEqual(["200", { role: "db" }]);
    const repeated = answerOf({ code: 0, stderr: "", stdout: readFileSync(join(folder, "again.txt"), "utf8") });
    expect([repeated.status, repeated.headers.get("Idempotent-Replayed"), repeated.body]).toEqual([200, "true", body]);
  });

  it("prints its usage when asked, and starts nothing", async () => {
    const { code, stdout, stderr } = await run(process.execPath, ["scripts/start.ts", "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^usage: npm start .*--port N .*--state DIR .*--empty .*--home DIR /s);
  });

  it("refuses a port that is in use", async () => {
    const second = start();
    expect(await new Promise((resolve) => second.process.on("exit", resolve))).toBe(1);
    expect(second.output).toBe(
      `port ${port} of 127.0.0.1 cannot be used (listen EADDRINUSE: address already in use 127.0.0.1:${port}); choose another: npm start -- --port N\n`,
    );
  });

  it("ends on a signal, even one given twice, with nothing left on the port; the state stays", async () => {
    expect(await canConnect()).toBe(true);
    const keysBefore = [await keyNames(), (await curl(asKeys(`-d '${newKey}'`))).status, await keyNames()];
    expect(keysBefore).toEqual([["demo"], 201, ["demo", "mine"]]);
    service.process.kill("SIGINT");
    expect(await service.ended("SIGINT")).toBe(0);
    expect(await canConnect()).toBe(false);
    service = start(join(folder, "another-home"));
    await service.ready();
    const keysAfter = await keyNames();
    const [fingerprint, ...others] = keysAfter.toSorted((a, b) => b.length - a.length);
    expect([fingerprint, others]).toEqual([expect.stringMatching(/^([0-9a-f]{2}:){15}/), ["demo", "mine"]]);
    const read = printed("curl")
      .replace("?action=update", "")
      .replace(/ \\\n {2}-d '.*'/, "");
    const { status, body } = await curl(read);
    expect({ status, name: JSON.parse(body).name }).toEqual({ status: 200, name: "my-renamed-image" });
    expect(await service.ended("SIGTERM")).toBe(0);
    expect(await canConnect()).toBe(false);
  });

  it("ends when nobody reads its output any more", async () => {
    service = start();
    await service.ready();
    service.process.stdout?.destroy();
    const exit = new Promise((resolve) => service.process.on("exit", resolve));
    // Its log line is what cannot be written.
    await run("curl", ["-s", `http://127.0.0.1:${port}/--ping`]);
    expect(await exit).toBe(0);
    expect(await canConnect()).toBe(false);
  });
});
