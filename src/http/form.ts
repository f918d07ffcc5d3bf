/** Named values of a query or a body, without a prototype. docs/contract.md#body */
export type Parameters = Record<string, unknown>;

/** Collects pairs into named values; a repeated name is an array of its values, in order. docs/contract.md#body */
export function collectPairs(pairs: Iterable<readonly [string, string]>): Parameters {
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
export function findUndecodablePair(text: string): string | undefined {
  return text.split("&").find((pair) => {
    try {
      decodeURIComponent(pair);
      return false;
    } catch {
      return true;
    }
  });
}

/** Decodes form-coded text: a query, or a body of `application/x-www-form-urlencoded`. */
export const decodeForm = (text: string): Parameters => collectPairs(new URLSearchParams(text));
