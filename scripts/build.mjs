// What wrangler's [build] runs before it bundles: writes the static pages to public/. Plain JavaScript: wrangler may have
// been called without npm, on a Node that reads no TypeScript; the project's own does.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isWindows = process.platform === "win32";

if (process.features.typescript) {
  const { buildPublic } = await import("./web/build-public.ts");
  await buildPublic(fileURLToPath(new URL("../public", import.meta.url)));
} else {
  const name = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
  const program = `${root}/node_modules/${name}/bin/node${isWindows ? ".exe" : ""}`;
  const { status, error } = spawnSync(program, [fileURLToPath(import.meta.url)], { stdio: "inherit" });
  if (error) console.error(`the pages cannot be built: ${error.message}; run "npm ci" first`);
  process.exitCode = status ?? 1;
}
