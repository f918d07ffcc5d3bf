import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  assertIsFree,
  findFreePort,
  formatUrl,
  formatWarning,
  isLoopback,
  readAddress,
} from "../../scripts/running/address.ts";
import { claimFolder } from "../../scripts/running/state-folder.ts";
import { waitUntilReady } from "../../scripts/serving/workerd.ts";
import { run } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-running-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a folder with these files, and answers its path. */
function makeFolder(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(folder, name));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name, file), text);
  return join(folder, name);
}

describe("a state folder", () => {
  it("is made for its owner alone, noted as in use, and given back", async () => {
    const state = join(folder, "mit Ümlaut/und mehr");
    const { note, release, ended } = await claimFolder(state);
    await expect(claimFolder(state)).rejects.toThrow(
      `${state} is in use: another program starts on it; name another folder with --state DIR`,
    );
    note(process.pid, "127.0.0.1:1");
    expect([statSync(state).mode & 0o777, statSync(join(state, "running.json")).mode & 0o777]).toEqual([0o700, 0o600]);
    expect(ended).toBeUndefined();
    await expect(claimFolder(state)).rejects.toThrow(
      `${state} is in use: process ${process.pid} serves it on 127.0.0.1:1; end that one (kill ${process.pid}), or name another folder with --state DIR`,
    );
    release();
    expect(existsSync(join(state, "running.json"))).toBe(false);
    (await claimFolder(state)).release();
  });

  it("that holds something else is refused, and left as it is", async () => {
    const state = makeFolder("foreign", { "a.txt": "a", "b.txt": "b" });
    await expect(claimFolder(state)).rejects.toThrow(
      `${state} holds other files (a.txt, b.txt); name an empty folder, or one that this project made`,
    );
    expect(readFileSync(join(state, "a.txt"), "utf8")).toBe("a");
    expect(existsSync(join(state, "running.json"))).toBe(false);
  });

  it.each([
    ["file", "EEXIST: file already exists, mkdir"],
    ["file/below", "ENOTDIR: not a directory, mkdir"],
    ["/sys/x", "EPERM: operation not permitted, mkdir"],
  ])("that is none is refused in one line: %s", async (path, reason) => {
    writeFileSync(join(folder, "file"), "");
    const state = resolve(folder, path);
    await expect(claimFolder(state)).rejects.toThrow(
      new Error(`the state folder ${state} cannot be used (${reason} '${state}'); name another with --state DIR`),
    );
  });

  it.each(["start", "serve"])("npm run %s says so in one line, without escape codes", async (command) => {
    const state = makeFolder(command, { "a.txt": "a" });
    const port = String(await findFreePort());
    const { code, stdout, stderr } = await run(process.execPath, [
      `scripts/${command}.ts`,
      "--state",
      state,
      "--port",
      port,
    ]);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "",
      stderr: `${state} holds other files (a.txt); name an empty folder, or one that this project made\n`,
    });
  });
});

it.each([
  ["npm run statements", "scripts/statements.ts"],
  ["npm run screenshots", "test/screenshots/take.ts"],
])("%s prints its usage with -h, and does nothing else", async (command, file) => {
  const { code, stdout, stderr } = await run(process.execPath, [file, "-h"]);
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: expect.stringMatching(`^usage: ${command}`),
    stderr: "",
  });
});

describe("an address", () => {
  it.each([
    ["127.0.0.1", "http://127.0.0.1:80", true],
    ["127.1.2.3", "http://127.1.2.3:80", true],
    ["localhost", "http://127.0.0.1:80", true],
    ["::1", "http://[::1]:80", true],
    ["0.0.0.0", "http://127.0.0.1:80", false],
    ["::", "http://[::1]:80", false],
    ["192.0.2.1", "http://192.0.2.1:80", false],
    ["::ffff:192.0.2.1", "http://[::ffff:192.0.2.1]:80", false],
  ])("%s is reached by %s", (host, url, loopback) => {
    const address = readAddress({ host, port: "80" });
    expect([formatUrl(address), isLoopback(address.host)]).toEqual([url, loopback]);
  });

  it("of another form is refused", () => {
    for (const port of ["0", "65536", "x", "-1", "8787 "]) {
      expect(() => readAddress({ host: "::1", port })).toThrow(`--port is a number from 1 to 65535; ${port} was given`);
    }
    for (const host of ["example.com", "", "127.0.0.1 ", "1.2.3"]) {
      expect(() => readAddress({ host, port: "1" })).toThrow(
        `--host is an IP address of this machine; ${host} was given`,
      );
    }
  });

  it("that is not this machine's is refused", async () => {
    await expect(assertIsFree({ host: "192.0.2.77", port: 8787 }, "npm start")).rejects.toThrow(
      "192.0.2.77 is not an address of this machine (EADDRNOTAVAIL); name another: npm start -- --host ADDRESS",
    );
  });

  it("that others reach is warned of", () => {
    expect(formatWarning({ host: "0.0.0.0", port: 1 })).toMatch(/^warning: 0\.0\.0\.0:1 may .* REQUIRE_REQUEST_TARGET/);
  });
});

describe("a start-up", () => {
  const startChild = (script: string) => spawn(process.execPath, ["-e", script]);

  it("that takes too long is given up", async () => {
    const child = startChild("setTimeout(() => {}, 60000)");
    await expect(waitUntilReady(child, `http://127.0.0.1:${await findFreePort()}`, 1000)).rejects.toThrow(
      new Error("the service does not answer after 1 seconds"),
    );
    child.kill();
  });

  it("that ends before is noticed at once", async () => {
    const child = startChild("process.exit(3)");
    expect(await waitUntilReady(child, `http://127.0.0.1:${await findFreePort()}`, 30_000)).toBe(false);
  });
});
