/** Lints the OpenAPI document, without network. Prints the linter's findings. Part of `npm run check`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDocument } from "./openapi/document.ts";

const root = join(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-"));
const file = join(folder, "openapi.json");
try {
  // With line breaks, so that a finding names its line.
  writeFileSync(file, JSON.stringify(makeDocument(), null, 2));
  const cli = join(root, "node_modules/@redocly/cli/bin/cli.js");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, "lint", "--config", join(root, "redocly.yaml"), file],
    {
      encoding: "utf8",
      env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" },
    },
  );
  if (status === 0) console.log("OpenAPI document: no findings");
  else console.error(`${stdout}${stderr}`);
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
