import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { formatAddress } from "../running/address.ts";
import { bundleModule, bundleWorker, writePages } from "./bundle.ts";
import { findDatabaseFile, uniqueKey } from "./database-file.ts";
import { readSettings } from "./settings.ts";

const require = createRequire(import.meta.url);
/** The program itself: the package's own command is a script of Node that runs it. */
const program: string = require("workerd").default;

/** A Worker to serve: its bundle, its address (127.0.0.1 by default), and its variables. */
export type Served = {
  name: string;
  bundle: string;
  host?: string;
  port: number;
  vars?: Readonly<Record<string, string>>;
  /** `writePages` wrote the static pages to the folder; they go before the Worker. */
  hasPages?: boolean;
};

/** `persist` holds `d1/`, in Miniflare's layout. `folder` is for what workerd reads. */
type PlainOptions = { folder: string; persist: string; inspectorPort?: number; v8Flags?: readonly string[] };

/** Writes what workerd reads to serve Workers over one local D1 on disk. @returns the program and its arguments */
export function writePlainConfig(
  workers: readonly Served[],
  { folder, persist, inspectorPort, v8Flags = [] }: PlainOptions,
): { program: string; args: string[] } {
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(persist, "d1"), { recursive: true });
  bundleModule("database.ts", join(folder, "database.js"));
  for (const { name, bundle } of workers) {
    if (bundle !== join(folder, `${name}.js`)) copyFileSync(bundle, join(folder, `${name}.js`));
  }
  const file = join(folder, "config.capnp");
  writeFileSync(file, formatConfig(workers, join(persist, "d1"), v8Flags));
  const inspector = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`];
  return { program, args: ["serve", "--experimental", ...inspector, file] };
}

/** Bundles the service and its pages into a state folder, and writes what workerd reads to serve them. @returns as `writePlainConfig` */
export async function writeService(state: string, served: Pick<Served, "host" | "port" | "vars">) {
  const folder = join(state, "serve");
  mkdirSync(folder, { recursive: true });
  const bundle = bundleWorker("src/index.ts", join(folder, "service.js"));
  await writePages(folder);
  return writePlainConfig([{ ...served, name: "service", bundle, hasPages: true }], {
    folder,
    persist: join(state, "v3"),
  });
}

/** Runs Workers on workerd itself, without their log, and waits until each answers. It ends with this program. */
export async function runPlainWorkerd(workers: readonly Served[], options: PlainOptions): Promise<ChildProcess> {
  const { program, args } = writePlainConfig(workers, options);
  const workerd = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
  const kill = () => workerd.kill("SIGKILL");
  // Before another listener removes the folder that workerd writes to.
  process.prependListener("exit", kill);
  workerd.once("exit", () => process.removeListener("exit", kill));
  for (const { port } of workers) {
    if (!(await waitUntilReady(workerd, `http://127.0.0.1:${port}`, 20_000)))
      throw new Error(`workerd ended before it answered on port ${port}`);
  }
  return workerd;
}

/** On a busy machine a start may take ten times as long as usual. */
const readyWithinMs = 120_000;

/**
 * Waits until the service answers.
 *
 * @returns false if its process ended first
 * @throws {Error} the time is over
 */
export async function waitUntilReady(child: ChildProcess, url: string, withinMs = readyWithinMs): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isRunning(child)) {
    const answer = await fetch(`${url}/--ping`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    if (performance.now() > deadline) throw new Error(`the service does not answer after ${withinMs / 1000} seconds`);
    await wait(50);
  }
  return false;
}

export const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

/** What `workerd --version` says. */
export const readWorkerdVersion = (): string => execFileSync(program, ["--version"], { encoding: "utf8" }).trim();

/** Ends a process and waits for it. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

const quote = (value: string): string => JSON.stringify(value);

/** What D1's binding calls. The database's file is named after the name. */
const nearSide = `export default ({ namespace, name }) => ({
  query: (batch) => namespace.get(namespace.idFromName(name)).query(batch),
});`;

/** The Worker alone, or behind the module of the pages, in the same isolate: no request takes another hop. */
function formatModules(name: string, hasPages: boolean): string {
  const module = `esModule = embed ${quote(`${name}.js`)}`;
  if (!hasPages) return `(name = "main.js", ${module})`;
  const main = `import service from "service.js"; import pages from "pages.json"; import { makeFront } from "front.js"; export default makeFront(service, pages);`;
  return `(name = "main.js", esModule = ${quote(main)}), (name = "service.js", ${module}),
        (name = "front.js", esModule = embed "front.js"), (name = "pages.json", json = embed "pages.json")`;
}

/** @see https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
function formatConfig(workers: readonly Served[], storage: string, v8Flags: readonly string[]): string {
  const {
    compatibility_date: compatibilityDate,
    d1_databases: [{ database_id: databaseId }],
  } = readSettings();
  const variables = (vars: Served["vars"] = {}) =>
    Object.entries(vars).map(([name, value]) => `, (name = ${quote(name)}, text = ${quote(value)})`);
  const file = findDatabaseFile(join(storage, "../.."));
  const database = quote(JSON.stringify({ path: relative(storage, file), file }));
  const check = `, (name = "STORAGE", service = "storage"), (name = "DATABASE", json = ${database})`;
  const service = ({ name, vars, hasPages = false }: Served) => `
    (name = ${quote(name)}, worker = (
      modules = [${formatModules(name, hasPages)}],
      compatibilityDate = ${quote(compatibilityDate)},
      compatibilityFlags = ["d1_binding_jsrpc"],
      bindings = [(name = "DB", wrapped = (
        moduleName = "cloudflare-internal:d1-api",
        innerBindings = [(name = "fetcher", wrapped = (moduleName = "edge:d1", innerBindings = [
          (name = "namespace", durableObjectNamespace = (className = "D1DatabaseObject", serviceName = "database")),
          (name = "name", text = ${quote(databaseId)})
        ]))]
      ))${variables(vars).join("")}${hasPages ? check : ""}]
    ))`;
  const socket = ({ name, host = "127.0.0.1", port }: Served) =>
    `(name = ${quote(name)}, address = ${quote(formatAddress({ host, port }))}, http = (), service = ${quote(name)})`;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${v8Flags.map(quote).join(", ")}],
  services = [${workers.map(service).join(",")},
    (name = "database", worker = (
      modules = [(name = "database.js", esModule = embed "database.js")],
      compatibilityDate = ${quote(compatibilityDate)},
      durableObjectNamespaces = [(className = "D1DatabaseObject", uniqueKey = ${quote(uniqueKey)}, enableSql = true)],
      durableObjectStorage = (localDisk = "storage")
    )),
    (name = "storage", disk = (path = ${quote(storage)}, writable = true))
  ],
  sockets = [${workers.map(socket).join(", ")}],
  extensions = [(modules = [(name = "edge:d1", internal = true, esModule = ${quote(nearSide)})])]
);
`;
}
