import { type Address, assertIsFree, formatAddress, formatUrl, formatWarning, isLoopback } from "./address.ts";
import { type Child, waitUntilEnded, waitUntilReady } from "./child.ts";
import { claimFolder } from "./state-folder.ts";

/** A command that serves a state folder on an address. */
type Service = {
  command: "npm start" | "npm run serve";
  address: Address;
  state: string;
  /** How long requests that run when the signal comes may take, in ms. */
  drainMs: number;
  /** Prints a line about the service. */
  tell: (line: string) => void;
  /** Starts what serves, once the folder and the address are known to be free. `ready` is said when it answers. */
  launch: () => Promise<{ child: Child; ready: string }>;
};

/** Runs a service until it ends. Nobody else runs on its folder meanwhile. @returns the exit code */
export async function runService({ command, address, state, drainMs, tell, launch }: Service): Promise<number> {
  const folder = await claimFolder(state, formatAddress(address));
  try {
    if (folder.ended) tell(`ended what a killed start left running on ${state}: process ${folder.ended}`);
    await assertIsFree(address, command);
    if (!isLoopback(address.host)) tell(formatWarning(address));
    const { child, ready } = await launch();
    folder.noteChild(child.process.pid);
    const ended = waitUntilEnded(child, drainMs);
    if (await waitUntilReady(child, formatUrl(address))) tell(ready);
    return await ended;
  } finally {
    folder.release();
  }
}
