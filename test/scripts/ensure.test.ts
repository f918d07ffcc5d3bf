import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-ensure ü-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installing = "installing what package-lock.json says, about 700 MB, once …\n";

/** Runs the installation in a project without packages, with an npm in its PATH that does what a shell script says. */
async function ensure(npm: string) {
  const root = mkdtempSync(join(folder, "project-"));
  for (const made of ["scripts", "bin"]) mkdirSync(join(root, made), { recursive: true });
  copyFileSync(join(import.meta.dirname, "../../scripts/ensure.mjs"), join(root, "scripts/ensure.mjs"));
  writeFileSync(join(root, "package-lock.json"), "{}");
  writeFileSync(join(root, "bin/npm"), `#!/bin/sh\n${npm}\n`, { mode: 0o700 });
  const env = { ...process.env, PATH: [join(root, "bin"), process.env["PATH"]].join(delimiter) };
  const ran = await run(process.execPath, [join(root, "scripts/ensure.mjs")], { cwd: root, env });
  return { ...ran, hasPackages: existsSync(join(root, "node_modules")) };
}

const half = "mkdir -p node_modules/.bin && printf '\\177ELF' > node_modules/.bin/node";

describe.skipIf(process.platform === "win32")("an install", () => {
  it.each([
    ["npm error code ENOSPC", "the disk is full"],
    ["npm error code EROFS\nnpm error path /x/y", "/x/y is on a read-only file system, and must be written to"],
    ["npm error code EACCES\nnpm error path /x/y", "this user may not write to /x/y"],
    [
      "npm error code ENOTFOUND",
      "the npm registry, https://registry.example/, cannot be reached: a first start installs from it",
    ],
    ["npm error what\nnpm error nobody knows", "npm ci failed:\nnpm error what\nnpm error nobody knows"],
  ])("that fails says why, and leaves no half of one: %j", async (said, reason) => {
    const npm = `[ "$1" = config ] && { echo https://registry.example/; exit; }\n${half}\necho '${said}' >&2\nexit 1`;
    expect(await ensure(npm)).toEqual({
      code: 1,
      stdout: "",
      stderr: `${installing}cloudapi-edge: nothing was installed: ${reason}\n`,
      hasPackages: false,
    });
  });

  it("that npm calls complete and is not is removed: the Node of half an install would run before all others", async () => {
    const { stderr, ...ran } = await ensure(half);
    expect(ran).toEqual({ code: 1, stdout: "", hasPackages: false });
    expect(stderr).toMatch(
      /^installing .*\ncloudapi-edge: npm left the install incomplete, without node_modules\/.package-lock.json: is the disk full\? \d+ MB are free, about 700 are needed\n$/,
    );
  });
});
