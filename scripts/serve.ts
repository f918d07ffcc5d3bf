/** Runs the service on plain workerd over a local D1, without wrangler. `npm run serve [-- --host A --port N --state DIR]` */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readOptions, runProgram } from "./running/program.ts";
import { formatUsage, readPlace, runService, serviceOptions } from "./running/service.ts";
import { bundleWorker, writePages } from "./serving/bundle.ts";
import { changeVariables, readSettings } from "./serving/settings.ts";
import { writePlainConfig } from "./serving/workerd.ts";

const command = "npm run serve";
const usage = formatUsage(
  command,
  `  --var NAME=VALUE  a variable, instead of wrangler.toml's; may be repeated
  --verbose         print each step before the service answers`,
);

await runProgram(async () => {
  const { values } = readOptions(usage, {
    options: { ...serviceOptions, var: { type: "string", multiple: true, default: [] } },
  });
  const place = readPlace(values);
  const { address, url, state } = place;
  // The address's last, so that no --var undoes what the warning promises.
  const vars = { ...changeVariables(readSettings().vars, values.var), ...place.required };
  const show = (line: string) => process.stderr.write(`${line}\n`);
  const tellStep = (step: string) => values.verbose && show(`${Math.round(performance.now())} ms: ${step}`);
  return await runService({
    ...place,
    command,
    output: process.stderr,
    // For requests that are running when the signal comes.
    drainMs: 15_000,
    launch: async () => {
      tellStep("the database is migrated");
      const folder = join(state, "serve");
      mkdirSync(folder, { recursive: true });
      const bundle = bundleWorker("src/index.ts", join(folder, "service.js"));
      await writePages(folder);
      const served = { name: "service", bundle, ...address, vars, hasPages: true };
      const workerd = writePlainConfig([served], { folder, persist: join(state, "v3") });
      tellStep("the Worker is bundled");
      const ready = `cloudapi-edge answers on ${url}; state in ${state}; end it with Ctrl-C or kill ${process.pid}`;
      // The log goes straight to this program's output.
      return { ...workerd, name: "workerd", options: { stdio: ["ignore", "inherit", "pipe"] }, show, ready };
    },
  });
});
