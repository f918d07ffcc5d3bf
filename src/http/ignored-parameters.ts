import type { Context } from "hono";
import type { AppEnv } from "../context.ts";
import type { Parameters } from "../syntax/form.ts";

/** What every operation reads by itself. */
const common = ["action", "dry-run"];

const maxNames = 10;
const maxCharacters = 64;

/**
 * Notes the parameters that no rule reads, for the answer's Ignored-Parameters: nothing is refused that upstream accepts,
 * yet a typo shows. docs/contract.md#headers
 *
 * @param known names of the parameters that are read; one that ends in `.` is the beginning of a name
 */
export function noteIgnored(c: Context<AppEnv>, parameters: Parameters, known: readonly string[]): void {
  const isRead = (name: string): boolean =>
    common.includes(name) || known.some((one) => one === name || (one.endsWith(".") && name.startsWith(one)));
  const ignored: string[] = [];
  for (const name in parameters) {
    if (isRead(name)) continue;
    ignored.push(name);
    if (ignored.length === maxNames) break;
  }
  if (ignored.length > 0) c.set("ignoredParameters", ignored);
}

/** Names as a header has them: commas and what is not printable ASCII percent-encoded, each cut at 64 characters. */
export const formatNames = (names: readonly string[]): string =>
  names
    .map((name) =>
      name
        .slice(0, maxCharacters)
        .toWellFormed()
        .replace(/[^!-+\--~]/gu, encodeURIComponent),
    )
    .map((name) => name.slice(0, maxCharacters))
    .join(", ");
