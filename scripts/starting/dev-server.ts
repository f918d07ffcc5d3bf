/**
 * `wrangler dev` through wrangler's own interface: its command always opens an inspector, which runs code for anyone on the
 * machine, and a port for other Workers. The file is also the program that runs it, with its options as JSON in an argument.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Address, isLoopback } from "../running/address.ts";
import { type Child, keepSaid } from "../running/service.ts";

const root = join(import.meta.dirname, "../..");

/** `isVerbose` shows what wrangler says about itself. */
type DevServerOptions = { address: Address; state: string; isVerbose: boolean };

/** Starts it without prompts, telemetry, or a look-up outside the machine (`.env`). Only the service's log goes to stdout. */
export function startDevServer({ address, state, isVerbose }: DevServerOptions): Child {
  const options = JSON.stringify({ address, state });
  const server = spawn(process.execPath, [import.meta.filename, options], {
    cwd: root,
    env: { ...process.env, ...wranglerEnvironment },
    // The channel closes if this program is killed. The server then ends by itself.
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

/** A folder for wrangler's logs and notes, instead of one in the user's home. */
const toFolder = (name: string): string => join(root, ".wrangler", name);

const wranglerEnvironment: Readonly<Record<string, string>> = {
  WRANGLER_LOG_PATH: toFolder("logs"),
  WRANGLER_REGISTRY_PATH: toFolder("registry"),
  WRANGLER_CACHE_DIR: toFolder("cache"),
  WRANGLER_LOG: "log",
  NO_COLOR: "1",
  // The Local Explorer would answer SQL to anyone on the machine, past every signature.
  X_LOCAL_EXPLORER: "false",
  // It would keep the spans and log lines of every request on the disk, without a limit.
  X_LOCAL_OBSERVABILITY: "false",
  // Node would warn about each of wrangler's modules.
  NODE_NO_WARNINGS: "1",
};

async function serve({ address, state }: Pick<DevServerOptions, "address" | "state">): Promise<void> {
  const { unstable_startWorker: startWorker } = await import("wrangler");
  const required = { type: "plain_text", value: "true" } as const;
  const worker = await startWorker({
    config: join(root, "wrangler.toml"),
    bindings: isLoopback(address.host) ? {} : { REQUIRE_REQUEST_TARGET: required },
    dev: {
      server: { hostname: address.host, port: address.port },
      inspector: false,
      persist: state,
      liveReload: false,
      watch: true,
    },
  });
  for (const ending of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) {
    process.on(ending, () => worker.dispose().finally(() => process.exit(0)));
  }
  await worker.ready;
}

if (import.meta.main) await serve(JSON.parse(process.argv[2] ?? ""));
