// wrangler's [build] runs this before it bundles: it writes the static pages to public/. Plain JavaScript, because a person
// may call wrangler without npm, on a Node that reads no TypeScript. The project's own Node does.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isWindows = process.platform === "win32";

if (process.features.typescript) {
  const { buildPublic } = await import("./web/pages.ts");
  await buildPublic(fileURLToPath(new URL("../public", import.meta.url)));
} else {
  const name = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
  const program = `${root}/node_modules/${name}/bin/node${isWindows ? ".exe" : ""}`;
  const { status, error } = spawnSync(program, [fileURLToPath(import.meta.url)], { stdio: "inherit" });
  if (error) console.error(`the pages cannot be built: ${error.message}; run "npm ci" first`);
  process.exitCode = status ?? 1;
}
