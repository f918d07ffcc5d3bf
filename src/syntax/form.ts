import { decodeEscapes } from "./raw-target.ts";

/** Values of a query or a body by name, without a prototype. docs/contract.md#body */
export type RequestParameters = Record<string, unknown>;

/** Collects pairs by name. A repeated name becomes an array of its values, in order. docs/contract.md#body */
export function collectPairs(pairs: Iterable<readonly [string, string]>): RequestParameters {
  const values: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (typeof before === "string") values[name] = [before, value];
    else before.push(value);
  }
  return values;
}

/** Decoded form-coded text. `undecodable` is the first `name=value` part whose bytes are not UTF-8, as sent. */
export type DecodedForm = { values: RequestParameters; undecodable: string | undefined };

/**
 * Decodes form-coded text: a query, or a body of `application/x-www-form-urlencoded`. A name or value with a percent sign
 * that begins no escape stays as sent, except that `+` becomes a space: `50%+off` is `50% off`. docs/contract.md#body
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

/** Decodes one name or value. Undefined if its bytes are not UTF-8. */
function decodePart(part: string): string | undefined {
  const spaced = part.replaceAll("+", " ");
  return !spaced.includes("%") || strayPercent.test(spaced) ? spaced : decodeEscapes(spaced);
}
