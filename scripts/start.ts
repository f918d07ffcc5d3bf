/** Runs the service on this machine with a demo account and its image. `npm start [-- --port N --state DIR --empty]` */
import { join } from "node:path";
import { isLoopback } from "./running/address.ts";
import { fromCaller, readOptions, runProgram } from "./running/program.ts";
import { formatUsage, runService, serviceOptions } from "./serving/service.ts";
import { formatDemoCommands } from "./starting/commands.ts";
import { provisionDemo } from "./starting/demo.ts";

const command = "npm start";
const usage = formatUsage(
  command,
  `  --empty           provision nothing
  --home DIR        the folder of the demo's key (default .local)
`,
);

await runProgram(async () => {
  const { values } = readOptions(usage, {
    options: {
      ...serviceOptions,
      empty: { type: "boolean", default: false },
      home: { type: "string", default: join(import.meta.dirname, "../.local") },
    },
  });
  return await runService({
    command,
    options: values,
    output: process.stdout,
    prepare: async (db, { address, url, state }) => {
      const home = fromCaller(values.home);
      const keys = values.empty ? undefined : await provisionDemo(db, home);
      // The demo's commands sign the date alone, which REQUIRE_REQUEST_TARGET refuses.
      const answers =
        keys && isLoopback(address.host)
          ? formatDemoCommands({ url, home, ...keys })
          : `cloudapi-edge answers on ${url}`;
      return `${answers}\nThe state is in ${state}; Ctrl-C ends the service and keeps it.`;
    },
  });
});
