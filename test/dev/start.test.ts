import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findFreePort } from "../../scripts/running/address.ts";
import { readStat } from "../../scripts/running/process-group.ts";
import type { Answer } from "../support/answer.ts";
import { readCurl } from "../support/curl.ts";
import { run, StartedService } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-start-"));
const home = join(folder, "home");
let port = 0;
let service: StartedService;

const start = (at = home): StartedService =>
  new StartedService(["--port", String(port), "--state", join(folder, "state"), "--home", at]);

beforeAll(async () => {
  port = await findFreePort();
  service = start();
  await service.waitUntilReady();
});

afterAll(async () => {
  await service.end();
  rmSync(folder, { recursive: true, force: true });
});

/** The command that is printed under a heading. */
function readCommand(heading: string): string {
  const [, command = ""] = new RegExp(`# ${heading}.*\\n((?:.+\\n)+)`).exec(service.output) ?? [];
  return command;
}

const newKey = JSON.stringify({
  name: "mine",
  key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICrKgwH0jtRUZpLN4q83ZOmo/4EBwmoGZtnclSdnv7YT",
});

/** Turns the printed curl command into one for the account's keys. */
const makeKeysCommand = (body: string): string =>
  readCommand("curl")
    .replace(/my\/images\/.*update/, "my/keys")
    .replace(/-d '.*'/, body);

const listKeyNames = async (): Promise<string[]> =>
  ((await curl(makeKeysCommand(""))).json as { name: string }[]).map(({ name }) => name);

const curl = async (command: string): Promise<Answer> => readCurl((await run("bash", ["-c", command])).stdout);

/** The answer on CloudAPI's page. */
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
  it("makes keys that only their owner can read, and prints a command for each client and the console's address", () => {
    expect(statSync(join(home, ".ssh/id_rsa")).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, "console_ed25519")).mode & 0o777).toBe(0o600);
    expect(service.output).toMatch(new RegExp(`^http://127.0.0.1:${port}/--console/#/demo/[\\w-]{43}$`, "m"));
    expect(readCommand("triton")).toMatch(new RegExp(`^HOME=${home} .*triton image update eca995fe-`, "s"));
    expect(readCommand("sdc-updateimage")).toMatch(
      new RegExp(`^HOME=${home} .*sdc-updateimage --name=.* eca995fe-`, "s"),
    );
  });

  it("answers the published request, sent by the printed curl command, as CloudAPI's page does", async () => {
    const { status, headers, json } = await curl(readCommand("curl"));
    expect(status).toBe(200);
    expect(JSON.stringify(json, null, 2)).toBe(published);
    expect(headers.get("X-Api-Version")).toBe("7.2.0");
    for (const name of publishedHeaders) expect(headers.get(name), name).toBeTruthy();
  });

  it("names the place of the trailing comma in the published request", async () => {
    const sent = readCommand("curl").replace(/-d '.*'/, `-d '{\n  "name": "my-renamed-image",\n}'`);
    expect(sent).toContain('image",\n}');
    const { status, json } = await curl(sent);
    expect({ status, json }).toEqual({
      status: 400,
      json: {
        code: "InvalidContent",
        message: "Invalid JSON: there is a trailing comma before } at line 2, column 29",
      },
    });
  });

  it("prints its usage with --help, and starts nothing", async () => {
    const { code, stdout, stderr } = await run(process.execPath, ["scripts/start.ts", "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^usage: npm start .*--host ADDRESS .*--port N .*--state DIR .*--empty .*--home DIR .*--verbose /s,
    );
  });

  it("says where the state is, and how to stop", () => {
    expect(service.output).toContain(
      `The state is in ${join(folder, "state")}; Ctrl-C ends the service and keeps it.\n`,
    );
  });

  it("opens no port but that of the service to whoever can list processes: no inspector, no debugger", () => {
    const { child } = JSON.parse(readFileSync(join(folder, "state/running.json"), "utf8"));
    // The processes of its group, the third field after the name, and not those of others that end meanwhile. proc(5)
    const readOurs = (pid: string): string[] => {
      try {
        return readStat(Number(pid))[2] === String(child.pid) ? [readFileSync(`/proc/${pid}/cmdline`, "utf8")] : [];
      } catch {
        return [];
      }
    };
    const commands = readdirSync("/proc").flatMap(readOurs);
    expect(commands).toEqual([expect.stringContaining("workerd")]);
    expect(commands.filter((command) => /inspect|debug/.test(command))).toEqual([]);
  });

  it.each(["start", "serve"] as const)("refuses a port that another program has: %s", async (command) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port: taken } = other.address() as AddressInfo; // It listens on a port.
    const second = new StartedService(["--port", String(taken), "--state", join(folder, "other")], command);
    expect(await second.waitUntilEnded()).toBe(1);
    expect(second.output).toBe(
      `port ${taken} of 127.0.0.1 is in use by another program; choose another: npm ${command === "serve" ? "run serve" : "start"} -- --port N\n`,
    );
    other.close();
  });

  it("ends on a signal, even if it is sent twice, frees the port, and keeps its state for the next start", async () => {
    expect(await canConnect()).toBe(true);
    const keysBefore = [
      await listKeyNames(),
      (await curl(makeKeysCommand(`-d '${newKey}'`))).status,
      await listKeyNames(),
    ];
    expect(keysBefore).toEqual([["console", "demo"], 201, ["console", "demo", "mine"]]);
    service.process.kill("SIGINT");
    expect(await service.end("SIGINT")).toBe(0);
    expect(await canConnect()).toBe(false);
    service = start(join(folder, "another-home"));
    await service.waitUntilReady();
    const keysAfter = await listKeyNames();
    // The keys of the other home are named by their fingerprints.
    const isFingerprint = (name: string) => /^([0-9a-f]{2}:){15}/.test(name);
    expect(keysAfter.filter((name) => !isFingerprint(name))).toEqual(["console", "demo", "mine"]);
    expect(keysAfter.filter(isFingerprint)).toHaveLength(2);
    const read = readCommand("curl")
      .replace("?action=update", "")
      .replace(/ \\\n {2}-d '.*'/, "");
    const { status, json } = await curl(read);
    expect([status, json]).toEqual([200, expect.objectContaining({ name: "my-renamed-image" })]);
    expect(await service.end("SIGTERM")).toBe(0);
    expect(await canConnect()).toBe(false);
  });

  it("ends when its output is closed", async () => {
    service = start();
    await service.waitUntilReady();
    service.process.stdout?.destroy();
    const exit = new Promise((resolve) => service.process.on("exit", resolve));
    // It cannot write the log line of this request.
    await run("curl", ["-s", `http://127.0.0.1:${port}/--ping`]);
    expect(await exit).toBe(0);
    expect(await canConnect()).toBe(false);
  });
});
