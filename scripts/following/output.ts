import { fstatSync, fsyncSync } from "node:fs";
import { toAsciiJson } from "../../src/text.ts";

process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  // A reader such as head may stop early. No cursor moves past what it was not sent.
  process.exit(code === "EPIPE" ? 0 : 1);
});

/** A value as one line of printable ASCII: nothing in it moves a terminal's cursor, or begins another line. */
export const formatLine = (value: unknown): string => `${toAsciiJson(value)}\n`;

/** Prints lines. When this returns, they have left this program, or are on the disk where stdout is a file. */
export async function printLines(values: readonly unknown[]): Promise<void> {
  if (values.length === 0) return;
  await new Promise<void>((resolve, reject) =>
    process.stdout.write(values.map(formatLine).join(""), (error) => (error ? reject(error) : resolve())),
  );
  if (fstatSync(1).isFile()) fsyncSync(1);
}
