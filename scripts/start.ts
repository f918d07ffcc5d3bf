/** Runs the service on this machine with a local D1. `npm start [-- --port N --state DIR --empty]` */
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { isLoopback } from "./running/address.ts";
import { fromCaller, readOptions, runProgram } from "./running/program.ts";
import { formatUsage, readPlace, runService, serviceOptions } from "./running/service.ts";
import { formatDemoCommands } from "./starting/commands.ts";
import { provisionDemo } from "./starting/demo.ts";
import { prepareDevServer } from "./starting/dev-server.ts";

const command = "npm start";
const usage = formatUsage(
  command,
  `  --empty           provision nothing
  --home DIR        the folder of the demo's key (default .local)
  --verbose         print what wrangler says about itself`,
);

const root = join(import.meta.dirname, "..");

function assertProjectIsWritable(): void {
  try {
    accessSync(root, constants.W_OK);
  } catch (cause) {
    const advice = 'run "npm run serve -- --state DIR" instead, which writes to its state folder alone';
    throw new Error(`${root} cannot be written to, and wrangler needs to; ${advice}`, { cause });
  }
}

await runProgram(async () => {
  const { values } = readOptions(usage, {
    options: {
      ...serviceOptions,
      empty: { type: "boolean", default: false },
      home: { type: "string", default: join(root, ".local") },
    },
  });
  const place = readPlace(values);
  assertProjectIsWritable();
  return await runService({
    ...place,
    command,
    output: process.stdout,
    drainMs: 5000,
    launch: async (db) => {
      const { address, url, state } = place;
      const home = fromCaller(values.home);
      const keys = values.empty ? undefined : await provisionDemo(db, home);
      // The demo's commands sign the date alone, which REQUIRE_REQUEST_TARGET refuses.
      const answers =
        keys && isLoopback(address.host)
          ? formatDemoCommands({ url, home, ...keys })
          : `cloudapi-edge answers on ${url}`;
      const ready = `${answers}\nThe state is in ${state}; Ctrl-C ends the service and keeps it.`;
      return { ...prepareDevServer(place, values.verbose), ready };
    },
  });
});
