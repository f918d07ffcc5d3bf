import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { findFreePort } from "../../scripts/running/address.ts";
import { type Command, StartedService } from "./started.ts";

/** A folder, the port on which a service answers, and the folder of its database. */
export type Place = { folder: string; port: number; state: string };

declare module "vitest" {
  interface ProvidedContext {
    /** `npm start` with the demo, whose home is the folder's `.local`, and `npm run serve` on an empty database. */
    shared: Readonly<Record<Command, Place>>;
  }
}

/** Starts a service on a database of its own below the folder, and waits until it answers. */
export async function startOne(folder: string, command: Command): Promise<Place> {
  const [port, state] = [await findFreePort(), join(folder, command)];
  const home = command === "start" ? ["--home", join(folder, ".local")] : [];
  const service = new StartedService(["--port", String(port), "--state", state, ...home], command);
  await service.waitUntilReady();
  return { folder, port, state };
}

/** Starts both, once for all files of the project. */
export default async function startShared({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "cloudapi-edge-shared-"));
  provide("shared", { start: await startOne(folder, "start"), serve: await startOne(folder, "serve") });
  return async () => {
    await StartedService.endAll();
    rmSync(folder, { recursive: true, force: true });
  };
}
