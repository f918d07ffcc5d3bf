import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "../scripts/running/address.ts";
import { endProcess } from "../scripts/serving/workerd.ts";
import { makeDatabase } from "./database.ts";
import { formatPublicLine, type SigningKey } from "./requests.ts";
import { runLoad } from "./run-load.ts";
import type { CommandSample } from "./summary.ts";

const root = join(import.meta.dirname, "..");

/** A command as a person runs it, with a database of its own. Its log is written, and read by nobody. */
async function startCommand(
  name: "start" | "serve",
  state: string,
): Promise<{ port: number; end: () => Promise<void> }> {
  const port = await findFreePort();
  const empty = name === "start" ? ["--empty"] : [];
  const args = [join(root, `scripts/${name}.ts`), "--port", String(port), "--state", state, ...empty];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  // Also where the bench itself is ended by a signal.
  process.prependListener("exit", () => child.kill("SIGTERM"));
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`http://127.0.0.1:${port}/--ping`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return { port, end: () => endProcess(child) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`npm run ${name} does not answer`);
}

/** Updates a second over 16 connections, of `npm run serve` and `npm start` in turns, on a database of 1,000 images each. */
export async function compareCommands(
  folder: string,
  keys: readonly SigningKey[],
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<CommandSample[]> {
  const states = { serve: join(folder, "state-serve"), start: join(folder, "state-start") };
  const lines = keys.map((key) => ({ name: key.name, key: formatPublicLine(key) }));
  await makeDatabase(states.serve, { images: 1000, keys: lines });
  cpSync(states.serve, states.start, { recursive: true });
  const serve = await startCommand("serve", states.serve);
  const start = await startCommand("start", states.start);
  const measure = async (port: number): Promise<number> => {
    const { requests, seconds: took } = await runLoad({ kind: "update-rsa", connections: 16, seconds, port, keys });
    return requests / took;
  };
  const samples: CommandSample[] = [];
  // Round 0 warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const sample = { serve: await measure(serve.port), start: await measure(start.port) };
    if (round > 0) samples.push(sample);
  }
  await serve.end();
  await start.end();
  return samples;
}
