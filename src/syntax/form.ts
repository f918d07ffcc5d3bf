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

/** Form-coded text, decoded; `undecodable` is the first `name=value` part whose bytes are not UTF-8, as it was sent. */
export type DecodedForm = { values: Parameters; undecodable: string | undefined };

/**
 * Decodes form-coded text: a query, or a body of `application/x-www-form-urlencoded`. A name or value with a percent sign
 * that begins no escape stays as it was sent, but for `+`: `50%+off` is `50% off`. docs/contract.md#body
 */
export function decodeForm(text: string): DecodedForm {
  const pairs: [string, string][] = [];
  let undecodable: string | undefined;
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = decodePart(equals === -1 ? part : part.slice(0, equals));
    const value = decodePart(equals === -1 ? "" : part.slice(equals + 1));
    if (name === undefined || value === undefined) undecodable ??= part;
    else pairs.push([name, value]);
  }
  return { values: collectPairs(pairs), undecodable };
}

const strayPercent = /%(?![0-9A-Fa-f]{2})/;

/** One name or value, decoded; undefined when its bytes are not UTF-8. */
function decodePart(part: string): string | undefined {
  const spaced = part.replaceAll("+", " ");
  if (!spaced.includes("%") || strayPercent.test(spaced)) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}
