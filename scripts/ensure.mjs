// Installs what package-lock.json says when it is missing or older: `npm start` and `npm test` are then each the only
// command in a fresh clone. Plain JavaScript: it runs on the host's own Node, before there is another.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, rmSync, statfsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const isWindows = process.platform === "win32";

/** When a file of the project was last written, ms; 0 when there is none. */
const writtenAt = (path) => statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Ends the program with one line that says what is needed. */
function refuse(line) {
  console.error(`cloudapi-edge: ${line}`);
  process.exit(1);
}

/** Elsewhere the tools run on the host's Node, which must read TypeScript. */
const bringsNode = process.platform === "linux" || isWindows;
const needed = bringsNode ? [20, 19] : [22, 18];
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  refuse(
    `Node ${process.versions.node} is too old: Node ${needed.join(".")} or newer is needed on ${process.platform}`,
  );
}

/** What npm's own words mean, the first that fits. `at` is the folder or the registry. */
const reasons = [
  [/ENOSPC|no space left/i, () => "the disk is full"],
  [/EROFS|read-only file system/i, (said) => `${findPath(said)} is on a read-only file system, and must be written to`],
  [/EACCES|EPERM|permission denied/i, (said) => `this user may not write to ${findPath(said)}`],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|EIDLETIMEOUT|network/i,
    () => `the npm registry, ${readRegistry()}, cannot be reached: a first start installs from it`,
  ],
];

const findPath = (said) => /^npm error path (.+)$/m.exec(said)?.[1] ?? /'(\/[^']+)'/.exec(said)?.[1] ?? root;

const readRegistry = () =>
  spawnSync("npm", ["config", "get", "registry"], { cwd: root, encoding: "utf8", shell: isWindows }).stdout?.trim();

async function install() {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    refuse(`${root} cannot be written to: a first start installs its packages there`);
  }
  console.error("installing what package-lock.json says, about 700 MB, once …");
  const { status, said } = await runNpm();
  if (status === 0) return assertComplete();
  const [, explain] = reasons.find(([pattern]) => pattern.test(said)) ?? [];
  removePackages();
  refuse(`nothing was installed: ${explain ? explain(said) : `npm ci failed:\n${said.trim()}`}`);
}

/** Runs `npm ci`, and says on a terminal how far it is. @returns its exit code, and what it printed on stderr */
function runNpm() {
  // npm's own words go to stderr: `npm run export > file` stays clean. Its warnings are of tools that bring their Node.
  // Without a network it gives up after seconds.
  const patience = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
  const stdio = ["ignore", 2, "pipe"];
  const npm = spawn("npm", ["ci", "--loglevel=error", ...patience], { cwd: root, stdio, shell: isWindows });
  let said = "";
  npm.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const [startedAt, freeMb] = [Date.now(), readFreeMb()];
  const tell = () => {
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    process.stderr.write(`\r${seconds} s, ${Math.max(0, freeMb - readFreeMb())} MB written `);
  };
  const timer = process.stderr.isTTY ? setInterval(tell, 1000) : undefined;
  return new Promise((resolve) => {
    const end = (status, text) => {
      clearInterval(timer);
      if (timer) process.stderr.write("\n");
      resolve({ status, said: text });
    };
    npm.on("error", (error) => end(null, String(error)));
    npm.on("close", (status) => end(status, said));
  });
}

function readFreeMb() {
  const { bavail, bsize } = statfsSync(root);
  return Math.round((bavail * bsize) / 2 ** 20);
}

/** npm puts the Node of half an install before all others in PATH, and a program that is cut short crashes without a word. */
function removePackages() {
  try {
    rmSync(`${root}/node_modules`, { recursive: true, force: true });
  } catch {
    // It cannot be written to, which the refusal says.
  }
}

/** npm leaves out an optional package that it cannot write, such as the programs of this platform, and says nothing. */
function assertComplete() {
  const { platform, arch } = process;
  const programs = [
    ...(bringsNode ? [`node-${isWindows ? "win" : platform}-${arch}`] : []),
    `@cloudflare/workerd-${isWindows ? "windows" : platform}-${arch === "x64" ? "64" : arch}`,
    `@esbuild/${platform}-${arch}`,
  ].map((name) => `node_modules/${name}/package.json`);
  const missing = ["node_modules/.package-lock.json", ...programs].find((path) => writtenAt(path) === 0);
  if (missing === undefined) return;
  const free = `${readFreeMb()} MB are free, about 700 are needed`;
  removePackages();
  refuse(`npm left the install incomplete, without ${missing}: is the disk full? ${free}`);
}

if (writtenAt("node_modules/.package-lock.json") < writtenAt("package-lock.json")) await install();
