import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatCurl, formatFetch, listClientCommands } from "../../scripts/openapi/code-samples.ts";
import * as signing from "../../scripts/openapi/signing.ts";
import { readDemoKey } from "../../scripts/starting/demo.ts";
import { ClientsService, formatClientCommand } from "../support/clients-service.ts";
import { readCurl } from "../support/curl.ts";
import { examples, makeExchangeFile } from "../support/exchanges.ts";
import { showSample } from "../support/samples.ts";
import { run } from "../support/started.ts";

/** The keys of a person as ssh-keygen writes them, by the names of their files. */
const kinds = {
  id_rsa: ["-t", "rsa"],
  id_ecdsa: ["-t", "ecdsa", "-b", "256"],
  id_ecdsa384: ["-t", "ecdsa", "-b", "384"],
  id_ecdsa521: ["-t", "ecdsa", "-b", "521"],
  id_ed25519: ["-t", "ed25519"],
};

type Kind = keyof typeof kinds;

const service = new ClientsService();
const home = mkdtempSync(join(tmpdir(), "cloudapi-edge-home-"));
const programs = join(home, "bin");
const [rename, safely] = examples.UpdateImage;
/** The lines of the page's first step, with another key where the person has one of their own. */
const identify = (key = ".local/.ssh/id_rsa"): string =>
  showSample(signing.shellIdentity, service.url).replace("KEY=.local/.ssh/id_rsa", `KEY=${key}`);

/** The lines that copy a key to PEM, for this key. */
const copyToPem = (kind: Kind): string => `${signing.pemCopy.replaceAll("id_rsa", kind)} >&2`;

const signByOpenssl = (algorithm: string): string =>
  signing.opensslFunction.replace("ALGORITHM=rsa-sha256", `ALGORITHM=${algorithm}`);

/** Types lines into one shell. */
const type = (...lines: readonly string[]) =>
  run("bash", ["-c", lines.join("\n")], {
    cwd: home,
    env: { PATH: [programs, dirname(process.execPath), process.env["PATH"]].join(delimiter), HOME: home },
  });

/** Types lines whose last prints an answer with its headers. */
const ask = async (...lines: readonly string[]) => readCurl((await type(...lines)).stdout);

beforeAll(async () => {
  mkdirSync(join(home, ".ssh"), { mode: 0o700 });
  mkdirSync(programs);
  writeFileSync(join(programs, "triton"), `#!/bin/sh\nexec ${formatClientCommand("triton/bin/triton")} "$@"\n`, {
    mode: 0o755,
  });
  for (const [kind, options] of Object.entries(kinds)) {
    await run("ssh-keygen", ["-q", ...options, "-N", "", "-C", kind, "-f", join(home, ".ssh", kind)]);
  }
  const known = Object.keys(kinds).filter((kind) => kind !== "id_ed25519");
  const lines = known.map((kind) => readFileSync(join(home, ".ssh", `${kind}.pub`), "utf8"));
  const keys = [readDemoKey(join(home, ".local")).line, ...lines].map((key, at) => ({ name: `key${at}`, key }));
  await service.start(makeExchangeFile(keys));
  // The page's own lines add the last key, signed with the demo's.
  const added = await ask(identify(), signing.writeSignProgram, signing.nodeFunction, signing.addOwnKey);
  expect(added).toMatchObject({ status: 201, json: { name: "id_ed25519" } });
});
afterAll(async () => {
  await service.stop();
  rmSync(home, { recursive: true, force: true });
});

const renamed = { status: 200, json: { name: "my-renamed-image" } };
const pem = (kind: Kind) => `~/.ssh/${kind}.pem`;

describe("the first page's lines", () => {
  it("update the demo's image as they stand, by openssl and by Node", async () => {
    expect(await ask(identify(), signing.opensslFunction, formatCurl(rename))).toMatchObject(renamed);
    expect(await ask(identify(), signing.writeSignProgram, signing.nodeFunction, formatCurl(rename))).toMatchObject(
      renamed,
    );
  });

  it("update it safely", async () => {
    const answer = await ask(identify(), signing.opensslFunction, safely ? formatCurl(safely) : "");
    expect(answer).toMatchObject({ status: 200, json: { tags: { role: "db", zone: 1 } } });
    expect(answer.headers.get("Changed-Fields")).toBe("tags");
  });

  it.each<[Kind, string]>([
    ["id_rsa", "rsa-sha256"],
    ["id_ecdsa", "ecdsa-sha256"],
    ["id_ecdsa384", "ecdsa-sha256"],
    ["id_ecdsa521", "ecdsa-sha256"],
  ])("sign with a copy of %s in PEM, by openssl and by Node", async (kind, algorithm) => {
    const before = [copyToPem(kind), identify(pem(kind))];
    expect(await ask(...before, signByOpenssl(algorithm), formatCurl(rename))).toMatchObject(renamed);
    expect(await ask(...before, signing.writeSignProgram, signing.nodeFunction, formatCurl(rename))).toMatchObject(
      renamed,
    );
  });

  it("sign with an Ed25519 key as ssh-keygen writes it, by Node", async () => {
    const lines = [identify("~/.ssh/id_ed25519"), signing.writeSignProgram, signing.nodeFunction, formatCurl(rename)];
    expect(await ask(...lines)).toMatchObject(renamed);
  });

  it("sign with fetch", async () => {
    const file = `cat > try.mjs <<'END'\n${signing.fetchPreamble}\n${formatFetch(rename)}\nEND`;
    const lines = [identify("~/.ssh/id_ed25519"), signing.writeSignProgram, file, "node try.mjs"];
    const { stdout, stderr } = await type(...lines);
    expect([stdout.split(" ", 1), stderr]).toEqual([["200"], ""]);
    expect(stdout).toContain("name: 'my-renamed-image'");
  });

  it.each<Kind>(["id_rsa", "id_ecdsa", "id_ed25519"])("sign with %s by a profile of triton", async (kind) => {
    const [triton] = listClientCommands("UpdateImage", rename);
    const lines = [identify(`~/.ssh/${kind}`), "rm -rf ~/.triton", signing.tritonProfile, signing.clientEnvironment];
    const { code, stdout, stderr } = await type(...lines, triton?.source ?? "");
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringContaining("Updated image"),
      stderr: "",
    });
  });

  it.each([
    { what: "an OpenSSH RSA key", kind: "id_rsa" },
    { what: "an Ed25519 key", kind: "id_ed25519" },
  ])("send nothing where openssl cannot read $what", async ({ kind }) => {
    const { code, stdout, stderr } = await type(
      identify(`~/.ssh/${kind}`),
      signing.opensslFunction,
      formatCurl(rename),
    );
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("Could not read private key");
  });

  it("say how to make a key readable that Node cannot read", async () => {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", join(home, ".ssh/locked")]);
    for (const kind of ["id_rsa", "id_ecdsa", "locked"]) {
      const { stderr } = await type(identify(`~/.ssh/${kind}`), signing.writeSignProgram, "node sign.mjs GET /my");
      expect(stderr).toContain("make a copy in PEM: ssh-keygen -p -m PEM");
    }
  });
});
