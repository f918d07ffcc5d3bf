import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findFreePort } from "../../scripts/running/address.ts";
import { StartedService } from "./started.ts";
import { WranglerDev } from "./wrangler-dev.ts";

/** A folder, the port on which a service answers, and the folder of its database. */
export type Place = { folder: string; port: number; state: string };

/** The commands that run the Worker on this machine. */
export type Shared = "npm start" | "npx wrangler dev";

declare module "vitest" {
  interface ProvidedContext {
    /** `npm start` with the demo, whose home is the folder's `.local`, and `npx wrangler dev` on an empty database. */
    shared: Readonly<Record<Shared, Place>>;
  }
}

/** Starts `npm start` with the demo on a database of its own below the folder, and waits until it answers. */
export async function startDemo(folder: string): Promise<Place> {
  const [port, state] = [await findFreePort(), join(folder, "start")];
  const places = ["--port", String(port), "--state", state, "--home", join(folder, ".local")];
  await new StartedService(places).waitUntilReady();
  return { folder, port, state };
}

/** Starts both, once for all files of the project. */
export default async function startShared({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-shared-"));
  const wrangler = new WranglerDev();
  await wrangler.start({ accounts: [] });
  provide("shared", { "npm start": await startDemo(folder), "npx wrangler dev": wrangler });
  return async () => {
    await wrangler.stop();
    await StartedService.endAll();
    rmSync(folder, { recursive: true, force: true });
  };
}
