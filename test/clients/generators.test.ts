import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellIdentity, writeSignProgram } from "../../scripts/openapi/signing.ts";
import { ClientsService } from "../support/clients-service.ts";
import { makeExchangeFile } from "../support/exchanges.ts";
import { showSample } from "../support/samples.ts";
import { type Ended, run } from "../support/started.ts";

const service = new ClientsService();
const folder = join(service.folder, "generated");
const installed = join(import.meta.dirname, "node_modules");

/** Runs a program of `test/clients` with this Node, which the generators need. */
const runInstalled = (program: string, ...args: readonly string[]): Promise<Ended> =>
  run(process.execPath, [join(installed, program), ...args], { cwd: folder });

let identity = "";

beforeAll(async () => {
  const person = await service.makePerson("demo", "ed25519");
  await service.start(makeExchangeFile([{ name: "demo", key: person.publicLine }]));
  cpSync(join(import.meta.dirname, "generators"), folder, { recursive: true });
  symlinkSync(installed, join(folder, "node_modules"));
  identity = showSample(shellIdentity, service.url).replace("KEY=.local/.ssh/id_rsa", `KEY=${person.keyFile}`);
  await run("bash", ["-c", writeSignProgram], { cwd: folder });
  writeFileSync(join(folder, "openapi.json"), await (await fetch(`${service.url}/--docs/openapi.json`)).text());
});
afterAll(() => service.stop());

/** Bundles a program over a generated client, because that imports without extensions, and runs it as the demo's account. */
async function runProgram(name: string): Promise<unknown> {
  const outfile = join(folder, `${name}.mjs`);
  await build({ entryPoints: [join(folder, `${name}.ts`)], bundle: true, platform: "node", format: "esm", outfile });
  const { stdout, stderr } = await run("bash", ["-c", `${identity}\n"${process.execPath}" ${outfile}`], {
    cwd: folder,
  });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

/** What both programs print. @param name that they give to the image */
const makeExpected = (name: string) => ({
  updated: name,
  stale: "PreconditionFailed",
  rehearsed: "true",
  reverted: "my-image",
  fields: ["name"],
});

describe("a client that is generated from the document", () => {
  it("updates an image: openapi-typescript and openapi-fetch", async () => {
    const generated = await runInstalled("openapi-typescript/bin/cli.js", "openapi.json", "-o", "schema.ts");
    expect(generated).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/warn|error/i) });
    expect(await runProgram("over-openapi-fetch")).toEqual(makeExpected("renamed-by-openapi-fetch"));
  });

  it("updates an image: @hey-api/openapi-ts", async () => {
    const generated = await runInstalled("@hey-api/openapi-ts/bin/run.js", "-i", "openapi.json", "-o", "hey");
    expect(generated.code, generated.stderr).toBe(0);
    expect(generated.stdout + generated.stderr).not.toMatch(/warning|unsupported|error/i);
    expect(await runProgram("over-hey-api")).toEqual(makeExpected("renamed-by-hey-api"));
  });

  it("has types that TypeScript 5 takes, and that find a program's mistakes", async () => {
    const { code, stdout } = await runInstalled("typescript/bin/tsc", "-p", ".");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });
});
