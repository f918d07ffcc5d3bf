import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(import.meta.dirname, "../..");

/** Where the service listens, the folder of its database, and where the lines of its log go. */
export type DevServerOptions = { port: number; state: string; log?: (line: string) => void };

const toStdout = (line: string): boolean => process.stdout.write(`${line}\n`);

/** @throws {Error} with one line for the user: another program has the port */
export async function assertPortIsFree(port: number): Promise<void> {
  const probe = createServer();
  try {
    const listening = once(probe, "listening");
    probe.listen(port, "127.0.0.1");
    await listening;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`port ${port} of 127.0.0.1 cannot be used (${reason}); choose another: npm start -- --port N`);
  } finally {
    probe.close();
  }
}

/** `wrangler dev`, and the last of what it said of itself, for a message when it fails. */
export type DevServer = { process: ChildProcess; said: string[] };

const maxSaidLines = 40;

/**
 * Starts `wrangler dev`: no prompts, no telemetry, no look-up outside the machine (`.env`). Of its output only the
 * service's own log lines, JSON each, go to `log`.
 */
export function startDevServer({ port, state, log = toStdout }: DevServerOptions): DevServer {
  const cli = join(root, "node_modules/wrangler/bin/wrangler.js");
  const where = ["--ip", "127.0.0.1", "--port", String(port), "--persist-to", state];
  const server = spawn(process.execPath, [cli, "dev", ...where, "--show-interactive-dev-session=false"], {
    cwd: root,
    // The Local Explorer would answer SQL to anyone on the machine, past every signature.
    env: { ...process.env, WRANGLER_LOG: "log", NO_COLOR: "1", X_LOCAL_EXPLORER: "false" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own: Ctrl-C reaches this program alone, which passes it on once.
    detached: true,
  });
  const said: string[] = [];
  for (const stream of [server.stdout, server.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      if (line.startsWith("{")) log(line);
      else said.splice(0, said.push(line) - maxSaidLines);
    });
  }
  return { process: server, said };
}

const pollMs = 150;

/** Waits until the service answers. @returns false when it ended before */
export async function waitUntilReady({ process: server }: DevServer, port: number): Promise<boolean> {
  while (server.exitCode === null && server.signalCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/--ping`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return false;
}

const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const killAfterMs = 5000;

/**
 * Ends the service, workerd included, when this program gets a signal to end. Idempotent: a second signal is harmless.
 *
 * @returns the exit code: 0 after a signal; else not 0, and what wrangler said is shown
 */
export async function waitUntilEnded({ process: server, said }: DevServer): Promise<number> {
  let wasSignalled = false;
  const end = () => {
    wasSignalled = true;
    server.kill("SIGTERM");
    setTimeout(() => killGroup(server, "SIGKILL"), killAfterMs).unref();
  };
  for (const signal of endings) process.on(signal, end);
  // The reader of the output is gone (`npm start | head`): the service would run on unseen.
  for (const output of [process.stdout, process.stderr]) output.on("error", end);
  if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  // Processes that wrangler may have left behind.
  killGroup(server, "SIGKILL");
  if (wasSignalled) return 0;
  process.stderr.write(`wrangler dev ended by itself:\n${said.join("\n")}\n`);
  return server.exitCode || 1;
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // ESRCH: nothing is left.
  }
}
