import * as fs from "node:fs";
import { dirname } from "node:path";
import { tryLock } from "../running/lock.ts";
import { describeError } from "../running/program.ts";
import { type Cursors, formatCursors, parseCursors } from "./rules.ts";

/** A file that keeps cursors, for this program alone. Beside it are FILE.lock and, with --exec, FILE.command. */
export class CursorFile {
  /** The notes of a command that runs. */
  readonly commandFile: string;
  readonly #file: string;
  readonly #cursors: Map<string, string>;

  /** @throws {Error} one line: another program follows with it, it cannot be used, or it holds something else */
  constructor(path: string) {
    try {
      // A link stays one, and has the lock of the file that it leads to.
      this.#file = fs.existsSync(path) ? fs.realpathSync(path) : path;
      this.commandFile = `${this.#file}.command`;
      if (!tryLock(`${this.#file}.lock`)) throw new Error("another program follows with it");
      this.#cursors = fs.existsSync(this.#file) ? readCursors(this.#file) : new Map();
      this.#write(this.#cursors);
    } catch (cause) {
      throw new Error(`the cursor file ${path} cannot be used: ${describeError(cause)}`, { cause });
    }
  }

  get = (name: string): string | null => this.#cursors.get(name) ?? null;

  /** Keeps a cursor. It is on the disk when this returns. */
  set(name: string, cursor: string): void {
    this.#cursors.set(name, cursor);
    this.#write(this.#cursors);
  }

  /** A program that is killed, or a machine that loses power, leaves the old file or the new one. */
  #write(cursors: Cursors): void {
    if (cursors.size === 0) return;
    const next = `${this.#file}.new`;
    fs.writeFileSync(next, formatCursors(cursors), { mode: 0o600, flush: true });
    fs.renameSync(next, this.#file);
    if (process.platform === "win32") return;
    const folder = fs.openSync(dirname(this.#file), "r");
    fs.fsyncSync(folder);
    fs.closeSync(folder);
  }
}

function readCursors(file: string): Map<string, string> {
  const cursors = parseCursors(fs.readFileSync(file, "utf8"));
  if (!cursors) throw new Error("it holds no cursor; remove it to begin with the oldest change");
  return cursors;
}
