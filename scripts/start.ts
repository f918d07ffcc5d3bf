/** Runs the service on this machine with a local D1. `npm start [-- --port N --state DIR --empty]` */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fromCaller, print } from "./provisioning/command-line.ts";
import { defaultState, openDatabase } from "./provisioning/database.ts";
import { formatDemoCommands } from "./starting/commands.ts";
import { type DemoKey, provisionDemo, readDemoKey } from "./starting/demo.ts";
import { assertPortIsFree, startDevServer, waitUntilEnded, waitUntilReady } from "./starting/dev-server.ts";

const usage = `usage: npm start [-- OPTIONS]
  --port N     the port of 127.0.0.1 (default 8787)
  --state DIR  the folder of the database (default .wrangler/state)
  --empty      provision nothing
  --home DIR   the folder of the demo's key (default .local)`;

/** `--help`: its message is printed, and the program ends. */
class UsageAsked extends Error {}

type Options = { port: number; state: string; isEmpty: boolean; home: string };

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8787" },
      state: { type: "string" },
      empty: { type: "boolean", default: false },
      home: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) throw new UsageAsked(usage);
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : 0;
  if (port < 1 || port > 65535) throw new Error(`--port is a number from 1 to 65535; ${values.port} was given`);
  const folder = (given: string | undefined, otherwise: string) =>
    given === undefined ? otherwise : fromCaller(given);
  return {
    port,
    state: folder(values.state, defaultState),
    isEmpty: values.empty,
    home: folder(values.home, join(import.meta.dirname, "../.local")),
  };
}

/** Makes the tables, and provisions the demo unless `--empty`. @returns the demo's key where its commands will work */
async function prepareDatabase({ state, isEmpty, home }: Options): Promise<DemoKey | undefined> {
  const { db, close } = await openDatabase({ state });
  try {
    if (isEmpty) return undefined;
    const key = readDemoKey(home);
    return (await provisionDemo(db, key)) ? key : undefined;
  } finally {
    await close();
  }
}

async function start(options: Options): Promise<number> {
  await assertPortIsFree(options.port);
  const key = await prepareDatabase(options);
  const server = startDevServer(options);
  const ended = waitUntilEnded(server);
  if (await waitUntilReady(server, options.port)) {
    print(key ? formatDemoCommands({ ...options, key }) : `cloudapi-edge answers on http://127.0.0.1:${options.port}`);
  }
  return await ended;
}

try {
  process.exitCode = await start(readOptions());
} catch (error) {
  const isAsked = error instanceof UsageAsked;
  print(error instanceof Error ? error.message : String(error), isAsked ? process.stdout : process.stderr);
  process.exitCode = isAsked ? 0 : 1;
}
