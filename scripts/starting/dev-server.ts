/**
 * `wrangler dev` through wrangler's own interface: its command always opens an inspector, which runs code for anyone on the
 * machine, and a port for other Workers. The file is also the program that runs it, with its options as JSON in an argument.
 */
import { join } from "node:path";
import type { Launch, Place } from "../running/service.ts";

const root = join(import.meta.dirname, "../..");

/** How to start it: without prompts, telemetry, or a look-up outside the machine (`.env`). Only the service's log goes to stdout. */
export const prepareDevServer = (place: Place, isVerbose: boolean): Omit<Launch, "ready"> => ({
  name: "wrangler dev",
  program: process.execPath,
  args: [import.meta.filename, JSON.stringify(place)],
  options: {
    cwd: root,
    env: { ...process.env, ...wranglerEnvironment },
    // The channel closes if this program is killed. The server then ends by itself.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  },
  show: (line) => {
    if (line.startsWith("{")) process.stdout.write(`${line}\n`);
    else if (isVerbose) process.stderr.write(`wrangler: ${line}\n`);
  },
});

const wranglerEnvironment: Readonly<Record<string, string>> = {
  // Its logs and notes: a folder here, instead of one in the user's home.
  WRANGLER_LOG_PATH: join(root, ".wrangler/logs"),
  WRANGLER_REGISTRY_PATH: join(root, ".wrangler/registry"),
  WRANGLER_CACHE_DIR: join(root, ".wrangler/cache"),
  WRANGLER_LOG: "log",
  NO_COLOR: "1",
  // The Local Explorer would answer SQL to anyone on the machine, past every signature.
  X_LOCAL_EXPLORER: "false",
  // It would keep the spans and log lines of every request on the disk, without a limit.
  X_LOCAL_OBSERVABILITY: "false",
  // Node would warn about each of wrangler's modules.
  NODE_NO_WARNINGS: "1",
};

async function serve({ address, state, required }: Place): Promise<void> {
  const { unstable_startWorker: startWorker } = await import("wrangler");
  const bindings = Object.entries(required).map(([name, value]) => [name, { type: "plain_text", value }] as const);
  const worker = await startWorker({
    config: join(root, "wrangler.toml"),
    bindings: Object.fromEntries(bindings),
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
