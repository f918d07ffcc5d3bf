import type { Parameters } from "../env.ts";

/** The named values of pairs; a repeated name is an array of its values, in order (CONTRACT §5). */
export function collected(pairs: Iterable<readonly [string, string]>): Parameters {
  const values: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (typeof before === "string") values[name] = [before, value];
    else before.push(value);
  }
  return values;
}

/** The first `name=value` part of form-coded text whose escapes are not UTF-8, if any. */
export function undecodablePair(text: string): string | undefined {
  return text.split("&").find((pair) => {
    try {
      decodeURIComponent(pair);
      return false;
    } catch {
      return true;
    }
  });
}

/** The named values of form-coded text (a query, or a body of `application/x-www-form-urlencoded`). */
export const formDecoded = (text: string): Parameters => collected(new URLSearchParams(text));
