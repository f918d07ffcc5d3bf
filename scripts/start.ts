/** Runs the service on this machine with a local D1. `npm start [-- --port N --state DIR --empty]` */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { defaultState, openDatabase } from "./provisioning/database.ts";
import { addressOptions, formatUrl, isLoopback, readAddress } from "./running/address.ts";
import { fromCaller, readOptions, runProgram } from "./running/program.ts";
import { runService } from "./running/service.ts";
import { formatDemoCommands } from "./starting/commands.ts";
import { type ConsoleKey, type DemoKey, provisionDemo, readConsoleKey, readDemoKey } from "./starting/demo.ts";
import { startDevServer } from "./starting/dev-server.ts";

const usage = `usage: npm start [-- OPTIONS]
  --host ADDRESS  the address to listen on (default 127.0.0.1)
  --port N        its port (default 8787)
  --state DIR     the folder of the database (default .wrangler/state)
  --empty         provision nothing
  --home DIR      the folder of the demo's key (default .local)
  --verbose       print what wrangler says about itself
  --help          print these lines`;

const root = join(import.meta.dirname, "..");
const drainMs = 5000;

function readStartOptions() {
  const { values } = readOptions(usage, {
    options: {
      ...addressOptions,
      state: { type: "string" },
      empty: { type: "boolean", default: false },
      home: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  return {
    address: readAddress(values),
    state: fromCaller(values.state ?? defaultState),
    isEmpty: values.empty,
    home: fromCaller(values.home ?? join(root, ".local")),
    isVerbose: values.verbose,
  };
}

type Options = ReturnType<typeof readStartOptions>;
type DemoKeys = { key: DemoKey; consoleKey: ConsoleKey };

/** Makes the tables, and provisions the demo unless `--empty`. @returns the demo's keys, if its commands will work */
async function prepareDatabase({ state, isEmpty, home }: Options): Promise<DemoKeys | undefined> {
  const { db, close } = await openDatabase({ state });
  try {
    if (isEmpty) return undefined;
    const keys = { key: readDemoKey(home), consoleKey: readConsoleKey(home) };
    return (await provisionDemo(db, Object.values(keys))) ? keys : undefined;
  } finally {
    await close();
  }
}

async function start(options: Options): Promise<number> {
  const { address, state, home } = options;
  try {
    accessSync(root, constants.W_OK);
  } catch (cause) {
    const advice = 'run "npm run serve -- --state DIR" instead, which writes to its state folder alone';
    throw new Error(`${root} cannot be written to, and wrangler needs to; ${advice}`, { cause });
  }
  const launch = async () => {
    const keys = await prepareDatabase(options);
    const url = formatUrl(address);
    // The demo's commands sign the date alone, which REQUIRE_REQUEST_TARGET refuses.
    const answers =
      keys && isLoopback(address.host) ? formatDemoCommands({ url, home, ...keys }) : `cloudapi-edge answers on ${url}`;
    const ready = `${answers}\nThe state is in ${state}; Ctrl-C ends the service and keeps it.`;
    return { child: startDevServer(options), ready };
  };
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  return await runService({ command: "npm start", address, state, drainMs, tell, launch });
}

await runProgram(async () => await start(readStartOptions()));
