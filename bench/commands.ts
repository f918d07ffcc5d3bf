import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { findFreePort } from "../scripts/running/address.ts";
import { waitUntilReady } from "../scripts/running/service.ts";
import { endProcess } from "../scripts/serving/workerd.ts";
import { runLoad } from "./load.ts";
import type { SigningKey } from "./requests.ts";
import { makeDatabase } from "./site.ts";

/** Starts a command as a person does, with a database of its own. Nobody reads its log. */
async function startCommand(name: "start" | "serve", state: string) {
  const port = await findFreePort();
  const script = join(import.meta.dirname, `../scripts/${name}.ts`);
  const args = [script, "--port", String(port), "--state", state, ...(name === "start" ? ["--empty"] : [])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  // A signal may end the bench itself.
  process.prependListener("exit", () => child.kill("SIGTERM"));
  if (!(await waitUntilReady({ process: child, said: [], name }, `http://127.0.0.1:${port}`)))
    throw new Error(`npm run ${name} ended before it answered`);
  return { port, end: () => endProcess(child) };
}

/** Measures updates a second over 16 connections, of `npm run serve` and `npm start` in turns, among 1,000 images each. */
export async function compareCommands(
  folder: string,
  keys: readonly SigningKey[],
  { seconds, rounds }: { seconds: number; rounds: number },
): Promise<{ serve: number; start: number }[]> {
  const states = { serve: join(folder, "state-serve"), start: join(folder, "state-start") };
  await makeDatabase(states.serve, 1000, keys);
  cpSync(states.serve, states.start, { recursive: true });
  const serve = await startCommand("serve", states.serve);
  const start = await startCommand("start", states.start);
  const measure = async (port: number): Promise<number> => {
    const { requests, seconds: took } = await runLoad({ kind: "update-rsa", connections: 16, seconds, port, keys });
    return requests / took;
  };
  const samples: { serve: number; start: number }[] = [];
  for (let round = 0; round <= rounds; round += 1)
    samples.push({ serve: await measure(serve.port), start: await measure(start.port) });
  await serve.end();
  await start.end();
  // Round 0 warms up.
  return samples.slice(1);
}
