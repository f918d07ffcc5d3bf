import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run as runProgram } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "provision-messages-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (script: "provision", ...args: string[]) =>
  runProgram(process.execPath, [join(import.meta.dirname, `../../scripts/${script}.ts`), ...args], {
    cwd: folder,
    env: { ...process.env, INIT_CWD: folder } as Record<string, string>,
  });

const owner = "a11ce000-0000-4000-8000-000000000000";
const manifest = {
  ...{ uuid: "11111111-0000-4000-8000-000000000000", name: "base", version: "1", owner },
  ...{ os: "smartos", type: "zone-dataset" },
};
const fixtures = join(import.meta.dirname, "../data/fixtures.json");
const key = readFileSync(fixtures, "utf8").match(/ssh-ed25519 [^"]+/)?.[0] ?? "";
const account = { uuid: owner, login: "alice", created: "2020-01-01T00:00:00Z", updated: "2021-01-01T00:00:00Z" };

test("a load names the fields that it clears, and writes control characters as escapes", async () => {
  const state = ["--state", "cleared"];
  const whole = { ...manifest, description: "d", homepage: "h", "\u001b[2J": 1, "a\nb": 2 };
  const name = "k\u202e";
  writeFileSync(
    join(folder, "whole.json"),
    JSON.stringify({ accounts: [{ ...account, email: "a@b", keys: [{ name, key }] }], images: [whole] }),
  );
  writeFileSync(
    join(folder, "less.json"),
    JSON.stringify({ accounts: [{ ...account, keys: [] }], images: [manifest] }),
  );
  expect((await run("provision", "whole.json", "--dry-run", ...state)).stdout).toContain(
    String.raw`keys would be added: k\u202e${"\n"}`,
  );
  expect((await run("provision", "whole.json", ...state)).stdout).toContain(
    String.raw`not kept: \u001b[2J (1), a\u000ab (1)${"\n"}`,
  );
  expect(await run("provision", "less.json", ...state)).toStrictEqual({
    code: 0,
    stdout:
      "less.json: accounts 0 added, 1 replaced, 0 unchanged; keys 0 added, 1 removed; images 0 added, 1 replaced, 0 unchanged; cleared, because the file leaves them out: email (1), description (1), homepage (1)\n",
    stderr: "",
  });
  writeFileSync(join(folder, "odd.json"), JSON.stringify({ accounts: [{ ...account, "\u009b1m": 1 }] }));
  expect((await run("provision", "odd.json", ...state)).stderr).toBe(
    String.raw`odd.json: accounts[0] (${owner}, alice): \u009b1m is no field of an account${"\n"}`,
  );
});
