import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Address, isLoopback } from "../running/address.ts";
import { type Child, keepSaid } from "../running/service.ts";
import type { DevWorkerOptions } from "./dev-worker.ts";

const root = join(import.meta.dirname, "../..");

/** Where the service listens, the folder of its database, and whether what wrangler says of itself is shown. */
type DevServerOptions = { address: Address; state: string; isVerbose: boolean };

/**
 * Starts `wrangler dev`: no prompts, no telemetry, no look-up outside the machine (`.env`). Of its output only the
 * service's own log lines, JSON each, go to stdout.
 */
export function startDevServer({ address, state, isVerbose }: DevServerOptions): Child {
  const vars: DevWorkerOptions["vars"] = isLoopback(address.host) ? {} : { REQUIRE_REQUEST_TARGET: "true" };
  const worker: DevWorkerOptions = { ...address, state, vars };
  const server = spawn(process.execPath, [join(import.meta.dirname, "dev-worker.ts"), JSON.stringify(worker)], {
    cwd: root,
    env: { ...process.env, ...wranglerEnvironment },
    // The channel closes when this program is killed: the server then ends by itself.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: Ctrl-C reaches this program alone, which passes it on once.
    detached: true,
  });
  const said = keepSaid([server.stdout, server.stderr], (line) => {
    if (line.startsWith("{")) process.stdout.write(`${line}\n`);
    else if (isVerbose) process.stderr.write(`wrangler: ${line}\n`);
  });
  return { process: server, said, name: "wrangler dev" };
}

/** Where wrangler writes its logs, and what it notes for itself: not to the home of who runs it. */
const toFolder = (name: string): string => join(root, ".wrangler", name);

const wranglerEnvironment: Readonly<Record<string, string>> = {
  WRANGLER_LOG_PATH: toFolder("logs"),
  WRANGLER_REGISTRY_PATH: toFolder("registry"),
  WRANGLER_CACHE_DIR: toFolder("cache"),
  WRANGLER_LOG: "log",
  NO_COLOR: "1",
  // The Local Explorer would answer SQL to anyone on the machine, past every signature.
  X_LOCAL_EXPLORER: "false",
  // It would keep spans and log lines of every request on the disk, without a bound.
  X_LOCAL_OBSERVABILITY: "false",
  // A warning of Node's for each of wrangler's modules.
  NODE_NO_WARNINGS: "1",
};
