import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatCurl, formatFetch, formatRefused } from "../../scripts/openapi/code-samples.ts";
import { makeErrorRequests } from "../../scripts/openapi/error-requests.ts";
import { listCodes, placedRows } from "../../scripts/openapi/placed.ts";
import { fetchPreamble, opensslFunction, shellIdentity, writeSignProgram } from "../../scripts/openapi/signing.ts";
import { findFreePort } from "../../scripts/running/address.ts";
import { readDemoKey } from "../../scripts/starting/demo.ts";
import { readCurl } from "../support/curl.ts";
import { exchanges, makeExchangeFile } from "../support/exchanges.ts";
import { provision } from "../support/local-state.ts";
import { showSample } from "../support/samples.ts";
import { run, StartedService } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-samples-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs every sample, in the order of the page. @returns the status that each printed */
type Runner = (port: number) => Promise<number[]>;

/** Every request, in the order of the page: one after another they have what they need. */
const all = exchanges.map(({ exchange }) => exchange);
const wanted = all.map(({ status }) => status);

/** The first step of the page. `npm test` does not require ssh-keygen, which computes the fingerprint: the key has a name too. */
const makeIdentity = (port: number): string =>
  showSample(shellIdentity, `http://127.0.0.1:${port}`).replace(/\$\(ssh-keygen .*?\)/, "demo");

const runCurls: Runner = async (port) => {
  const statuses: number[] = [];
  for (const exchange of all) {
    const script = [makeIdentity(port), opensslFunction, formatCurl(exchange)].join("\n");
    const { stdout } = await run("bash", ["-e", "-c", script], { cwd: folder });
    statuses.push((await readCurl(stdout)).status);
  }
  return statuses;
};

const runFetches: Runner = async (port) => {
  // Each in a block: all of them call their answer `answer`.
  const blocks = all.map((exchange) => `{\n${formatFetch(exchange)}\n}`);
  writeFileSync(join(folder, "try.mjs"), [fetchPreamble, ...blocks].join("\n"));
  const script = [makeIdentity(port), writeSignProgram, `"${process.execPath}" try.mjs`].join("\n");
  const { stdout, stderr } = await run("bash", ["-e", "-c", script], { cwd: folder });
  expect(stderr).toBe("");
  return [...stdout.matchAll(/^(\d{3})(?: |$)/gm)].map(([, status]) => Number(status));
};

describe.each([
  { name: "curl", runAll: runCurls },
  { name: "fetch", runAll: runFetches },
])("the samples of the documentation for $name", ({ name, runAll }) => {
  let service: StartedService;
  let port = 0;

  beforeAll(async () => {
    const state = join(folder, `${name}-state`);
    // Where the samples look for it.
    const { line } = readDemoKey(join(folder, ".local"));
    await provision(state, makeExchangeFile([{ name: "demo", key: line }]));
    port = await findFreePort();
    service = new StartedService(["--port", String(port), "--state", state], "serve");
    await service.waitUntilReady();
  });
  afterAll(() => service.end());

  // Before the image is deleted.
  it.runIf(name === "curl")("are refused as the page of UpdateImage says", async () => {
    const [update] = placedRows.filter(({ row }) => row.operations[0] === "UpdateImage");
    if (!update) throw new Error("there is no UpdateImage");
    for (const code of listCodes(update)) {
      const lines = makeErrorRequests(update, code).flatMap((request) => formatRefused(request) ?? []);
      if (lines.length === 0) continue;
      const { stdout } = await run("bash", ["-c", [makeIdentity(port), opensslFunction, ...lines].join("\n")], {
        cwd: folder,
      });
      expect(stdout, code).toContain(`"code":"${code}"`);
    }
  });

  it("get the answers that the documentation shows", async () => {
    expect(await runAll(port)).toEqual(wanted);
  });
});
