/**
 * `wrangler dev` for `dev-server.ts`, by wrangler's own interface: its command always opens an inspector, which runs code for
 * anyone on the machine, and a port for other Workers. Its options come as JSON in its argument.
 */
import { join } from "node:path";
import { unstable_startWorker as startWorker } from "wrangler";

export type DevWorkerOptions = { host: string; port: number; state: string; vars: Readonly<Record<string, string>> };

const { host, port, state, vars }: DevWorkerOptions = JSON.parse(process.argv[2] ?? "");
const bindings = Object.fromEntries(
  Object.entries(vars).map(([name, value]) => [name, { type: "plain_text" as const, value }]),
);
const worker = await startWorker({
  config: join(import.meta.dirname, "../../wrangler.toml"),
  bindings,
  dev: { server: { hostname: host, port }, inspector: false, persist: state, liveReload: false, watch: true },
});
// A channel that closes is a program that was killed.
for (const ending of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) {
  process.on(ending, () => worker.dispose().finally(() => process.exit(0)));
}
await worker.ready;
