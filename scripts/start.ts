/** Runs the service on this machine with a local D1. `npm start [-- --port N --state DIR --empty]` */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultState, openDatabase } from "./provisioning/database.ts";
import {
  type Address,
  addressOptions,
  assertIsFree,
  formatAddress,
  formatUrl,
  formatWarning,
  isLoopback,
  readAddress,
} from "./running/address.ts";
import { waitUntilEnded, waitUntilReady } from "./running/child.ts";
import { findMarked, signalAll } from "./running/processes.ts";
import { fromCaller, runProgram, UsageAsked } from "./running/program.ts";
import { claimFolder, isWritable } from "./running/state-folder.ts";
import { listWranglerPaths } from "./running/wrangler-files.ts";
import { formatDemoCommands } from "./starting/commands.ts";
import { type ConsoleKey, type DemoKey, provisionDemo, readConsoleKey, readDemoKey } from "./starting/demo.ts";
import { startDevServer } from "./starting/dev-server.ts";

const usage = `usage: npm start [-- OPTIONS]
  --host ADDRESS  the address to listen on (default 127.0.0.1)
  --port N        its port (default 8787)
  --state DIR     the folder of the database (default .wrangler/state)
  --empty         provision nothing
  --home DIR      the folder of the demo's key (default .local)
  --verbose       print what wrangler says of itself`;

type Options = { address: Address; state: string; isEmpty: boolean; home: string; isVerbose: boolean };

const root = join(import.meta.dirname, "..");
const readyWithinMs = 120_000;
const patienceMs = 5000;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      ...addressOptions,
      state: { type: "string" },
      empty: { type: "boolean", default: false },
      home: { type: "string" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) throw new UsageAsked(usage);
  const folder = (given: string | undefined, otherwise: string) =>
    given === undefined ? otherwise : fromCaller(given);
  return {
    address: readAddress(values),
    state: folder(values.state, defaultState),
    isEmpty: values.empty,
    home: folder(values.home, join(root, ".local")),
    isVerbose: values.verbose,
  };
}

type DemoKeys = { key: DemoKey; consoleKey: ConsoleKey };

/** Makes the tables, and provisions the demo unless `--empty`. @returns the demo's keys where its commands will work */
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
  const tell = (line: string) => process.stdout.write(`${line}\n`);
  if (!isWritable(root)) {
    throw new Error(
      `${root} cannot be written to, and wrangler needs to; run "npm run serve -- --state DIR" instead, which writes to its state folder alone`,
    );
  }
  const folder = await claimFolder(state, formatAddress(address));
  const killRest = () => signalAll(findMarked(folder.mark), "SIGKILL");
  try {
    if (folder.ended.length > 0)
      tell(`ended what a killed start left running on ${state}: process ${folder.ended.join(", ")}`);
    await assertIsFree(address, "npm start");
    if (!isLoopback(address.host)) tell(formatWarning(address));
    Object.assign(process.env, listWranglerPaths(join(root, ".wrangler")));
    const keys = await prepareDatabase(options);
    const server = startDevServer({ ...options, mark: folder.mark });
    const ended = waitUntilEnded(server, { patienceMs, killRest });
    if (await waitUntilReady(server, formatUrl(address), readyWithinMs)) {
      // The demo's commands sign the date alone.
      tell(
        keys && isLoopback(address.host)
          ? formatDemoCommands({ url: formatUrl(address), home, ...keys })
          : `cloudapi-edge answers on ${formatUrl(address)}`,
      );
      tell(`The state is in ${state}; Ctrl-C ends the service and keeps it.`);
    }
    return await ended;
  } finally {
    killRest();
    folder.release();
  }
}

await runProgram(() => start(readOptions()));
