import { DatabaseSync } from "../provisioning/sqlite.ts";

/** Locks that this program has: one that is garbage collected would be given back. */
const locks = new Set<DatabaseSync>();

/**
 * Locks a file for this program alone, until the program ends in whatever way: the operating system holds the lock.
 *
 * @returns what gives the lock back; undefined if another program has it
 * @throws {Error} the file cannot be opened
 */
export function tryLock(file: string): (() => void) | undefined {
  const held = new DatabaseSync(file, { timeout: 0 });
  try {
    held.exec("BEGIN EXCLUSIVE");
  } catch {
    held.close();
    return undefined;
  }
  locks.add(held);
  return () => {
    locks.delete(held);
    held.close();
  };
}
