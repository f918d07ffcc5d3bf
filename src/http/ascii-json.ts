const beyondAscii = /[\u007f-\uffff]/g;

/** A value as compact JSON in printable ASCII: every other UTF-16 unit is `\uXXXX`. */
export const toAsciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
