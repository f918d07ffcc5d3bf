import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Address, isLoopback } from "../running/address.ts";
import { type Child, keepSaid } from "../running/child.ts";
import { markName } from "../running/processes.ts";
import type { DevWorkerOptions } from "./dev-worker.ts";

const root = join(import.meta.dirname, "../..");

/** Where the service listens, the folder of its database, and where the lines of its log go. */
export type DevServerOptions = {
  address: Address;
  state: string;
  /** In the environment of every process of it. */
  mark: string;
  log?: (line: string) => void;
  /** Shows what wrangler says of itself, too. */
  isVerbose?: boolean;
};

const toStdout = (line: string): boolean => process.stdout.write(`${line}\n`);

/**
 * Starts `wrangler dev`: no prompts, no telemetry, no look-up outside the machine (`.env`). Of its output only the
 * service's own log lines, JSON each, go to `log`.
 */
export function startDevServer({ address, state, mark, log = toStdout, isVerbose = false }: DevServerOptions): Child {
  const vars: DevWorkerOptions["vars"] = isLoopback(address.host) ? {} : { REQUIRE_REQUEST_TARGET: "true" };
  const worker: DevWorkerOptions = { ...address, state, vars };
  const server = spawn(process.execPath, [join(import.meta.dirname, "dev-worker.ts"), JSON.stringify(worker)], {
    cwd: root,
    env: { ...process.env, ...wranglerEnvironment, [markName]: mark },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C reaches this program alone, which passes it on once.
    detached: true,
  });
  const said = keepSaid([server.stdout, server.stderr], (line) => {
    if (line.startsWith("{")) log(line);
    else if (isVerbose) process.stderr.write(`wrangler: ${line}\n`);
  });
  return { process: server, said, name: "wrangler dev" };
}

const wranglerEnvironment: Readonly<Record<string, string>> = {
  WRANGLER_LOG: "log",
  NO_COLOR: "1",
  // The Local Explorer would answer SQL to anyone on the machine, past every signature.
  X_LOCAL_EXPLORER: "false",
  // It would keep spans and log lines of every request on the disk, without a bound.
  X_LOCAL_OBSERVABILITY: "false",
  // A warning of Node's for each of wrangler's modules.
  NODE_NO_WARNINGS: "1",
};
