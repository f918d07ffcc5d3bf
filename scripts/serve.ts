/** Runs the service on plain workerd over a local D1, without wrangler. `npm run serve [-- --host A --port N --state DIR]` */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { defaultState, openDatabase } from "./provisioning/database.ts";
import { addressOptions, formatUrl, isLoopback, readAddress } from "./running/address.ts";
import { fromCaller, readOptions, runProgram } from "./running/program.ts";
import { type Child, keepSaid, runService } from "./running/service.ts";
import { bundleService, writePages } from "./serving/bundle.ts";
import { changeVariables, readSettings } from "./serving/settings.ts";
import { writePlainConfig } from "./serving/workerd.ts";

const usage = `usage: npm run serve [-- OPTIONS]
  --host ADDRESS    the address to listen on (default 127.0.0.1)
  --port N          its port (default 8787)
  --state DIR       the folder of the database (default .wrangler/state, which npm start uses too)
  --var NAME=VALUE  a variable, instead of wrangler.toml's; may be repeated
  --verbose         print each step before the service answers
  --help            print these lines`;

/** For requests that are running when the signal comes. */
const drainMs = 15_000;

function readServeOptions() {
  const { values } = readOptions(usage, {
    options: {
      ...addressOptions,
      state: { type: "string" },
      var: { type: "string", multiple: true, default: [] },
      verbose: { type: "boolean", default: false },
    },
  });
  const address = readAddress(values);
  const required = isLoopback(address.host) ? [] : ["REQUIRE_REQUEST_TARGET=true"];
  return {
    address,
    state: fromCaller(values.state ?? defaultState),
    // Last, so that no --var undoes what the warning promises.
    vars: changeVariables(readSettings().vars, [...values.var, ...required]),
    isVerbose: values.verbose,
  };
}

type Options = ReturnType<typeof readServeOptions>;

async function startWorkerd({ address, state, vars }: Options): Promise<Child> {
  const folder = join(state, "serve");
  const bundle = join(folder, "service.js");
  mkdirSync(folder, { recursive: true });
  const served = { name: "service", bundle, ...address, vars, hasPages: true };
  await Promise.all([bundleService(bundle), writePages(folder)]);
  const { program, args } = writePlainConfig([served], { folder, persist: join(state, "v3") });
  const workerd = spawn(program, args, {
    // The log goes straight to this program's output.
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

await runProgram(async () => await serve(readServeOptions()));
