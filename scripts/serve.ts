/** Runs the service on this machine, with nothing in it but what was loaded. `npm run serve [-- --host A --port N --state DIR]` */
import { readOptions, runProgram } from "./running/program.ts";
import { formatUsage, runService, serviceOptions } from "./serving/service.ts";

const command = "npm run serve";

await runProgram(async () => {
  const { values } = readOptions(formatUsage(command), { options: serviceOptions });
  return await runService({
    command,
    options: values,
    output: process.stderr,
    prepare: async (_, { url, state }) =>
      `cloudapi-edge answers on ${url}; state in ${state}; end it with Ctrl-C or kill ${process.pid}`,
  });
});
