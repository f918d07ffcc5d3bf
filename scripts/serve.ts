/** Runs the service on plain workerd over a local D1, without wrangler. `npm run serve [-- --host A --port N --state DIR]` */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultState, openDatabase } from "./provisioning/database.ts";
import { type Address, addressOptions, formatUrl, isLoopback, readAddress } from "./running/address.ts";
import { type Child, keepSaid } from "./running/child.ts";
import { fromCaller, runProgram, UsageAsked } from "./running/program.ts";
import { runService } from "./running/service.ts";
import { bundleService } from "./serving/bundle.ts";
import { writePages } from "./serving/pages.ts";
import { changeVariables, readSettings } from "./serving/settings.ts";
import { writePlainConfig } from "./serving/workerd.ts";

const usage = `usage: npm run serve [-- OPTIONS]
  --host ADDRESS    the address to listen on (default 127.0.0.1)
  --port N          its port (default 8787)
  --state DIR       the folder of the database (default .wrangler/state, which npm start uses too)
  --var NAME=VALUE  a variable in the place of wrangler.toml's; may be repeated
  --verbose         print what is done before the service answers`;

type Options = { address: Address; state: string; vars: Readonly<Record<string, string>>; isVerbose: boolean };

/** For requests that run when the signal comes. */
const drainMs = 15_000;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      ...addressOptions,
      state: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) throw new UsageAsked(usage);
  const address = readAddress(values);
  const required = isLoopback(address.host) ? [] : ["REQUIRE_REQUEST_TARGET=true"];
  return {
    address,
    state: values.state === undefined ? defaultState : fromCaller(values.state),
    // Last: no --var takes back what the warning promises.
    vars: changeVariables(readSettings().vars, [...values.var, ...required]),
    isVerbose: values.verbose,
  };
}

async function startWorkerd({ address, state, vars }: Options): Promise<Child> {
  const folder = join(state, "serve");
  const bundle = join(folder, "service.js");
  mkdirSync(folder, { recursive: true });
  const served = { name: "service", bundle, ...address, vars, hasPages: true };
  await Promise.all([bundleService(bundle), writePages(folder)]);
  const { program, args } = writePlainConfig([served], { folder, persist: join(state, "v3") });
  const workerd = spawn(program, args, {
    // The log goes where this program's output goes, without a program between.
    stdio: ["ignore", "inherit", "pipe"],
    // A group of its own: Ctrl-C reaches this program alone, which passes it on once.
    detached: true,
  });
  const said = keepSaid([workerd.stderr], (line) => process.stderr.write(`${line}\n`));
  return { process: workerd, said, name: "workerd" };
}

async function serve(options: Options): Promise<number> {
  const { address, state, isVerbose } = options;
  const startedAt = performance.now();
  const tell = (line: string) => process.stderr.write(`${line}\n`);
  const tellStep = (step: string) => isVerbose && tell(`${Math.round(performance.now() - startedAt)} ms: ${step}`);
  const launch = async () => {
    await (await openDatabase({ state })).close();
    tellStep("the database is migrated");
    const child = await startWorkerd(options);
    tellStep("workerd is started");
    const where = `${formatUrl(address)}; state in ${state}`;
    return { child, ready: `cloudapi-edge answers on ${where}; end it with Ctrl-C or kill ${process.pid}` };
  };
  return await runService({ command: "npm run serve", address, state, drainMs, tell, launch });
}

await runProgram(() => serve(readOptions()));
