import { runCommand, waitForLeftCommand } from "./command.ts";
import type { CursorFile } from "./cursor-file.ts";
import { CursorExpired, type Source } from "./feed.ts";
import { formatLine, printLines } from "./output.ts";
import { type Pace, persist, rest } from "./pace.ts";

/** A change, or the word that changes were missed. */
type Line = { cursor: string };

type Options = { command: string | undefined; cursors: CursorFile | undefined; resync: boolean };

/**
 * Hands on each change as a line, in order. The cursor moves after the line was written, or after the command ended.
 *
 * @throws {CursorExpired} changes were missed
 * @throws {Error} the command failed, or the source refuses
 */
export async function followLines(source: Source, { command, cursors, resync }: Options, pace: Pace): Promise<void> {
  let after = cursors?.get("") ?? null;
  const moveTo = (cursor: string) => {
    after = cursor;
    cursors?.set("", cursor);
  };

  async function deliver(lines: readonly Line[]): Promise<void> {
    // Lines are written a page at a time.
    const parts = command === undefined ? [lines] : lines.map((line) => [line]);
    for (const part of parts) {
      pace.stop.throwIfAborted();
      if (command === undefined) await printLines(part);
      else for (const line of part) await runCommand(command, formatLine(line), cursors?.commandFile);
      for (const { cursor } of part.slice(-1)) moveTo(cursor);
    }
  }

  if (cursors) await waitForLeftCommand(cursors.commandFile, pace.stop);
  for (let tag: string | undefined; ; ) {
    const read = () => source.readChanges(after, tag);
    const page = await persist(pace, read).catch((error: unknown) => {
      if (error instanceof CursorExpired && resync) return error;
      throw error;
    });
    // Who reads the lines must read all images again.
    const lines = page instanceof CursorExpired ? [{ action: "resync", cursor: page.oldest }] : page.entries;
    tag = page.tag;
    if (lines.length > 0) await deliver(lines);
    else if (pace.isOnce) return;
    else await rest(pace);
  }
}
