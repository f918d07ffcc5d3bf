// Installs what package-lock.json says when it is missing or older: `npm start` and `npm test` are then each the only
// command in a fresh clone. Plain JavaScript: it runs on the host's own Node, before there is another.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

/** When a file of the project was last written, ms; 0 when there is none. */
const writtenAt = (path) => statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: cloudapi-edge needs 20.19 or newer`);
  process.exit(1);
}
if (writtenAt("node_modules/.package-lock.json") < writtenAt("package-lock.json")) {
  console.error("installing what package-lock.json says …");
  // npm's own words go to stderr: `npm run export > file` stays clean. Its warnings are of tools that bring their Node.
  const { status } = spawnSync("npm", ["ci", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
}
