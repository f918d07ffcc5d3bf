/** A value as compact JSON in printable ASCII, unit by unit, without the code under test. docs/contract.md#headers */
export const formatAsciiJson = (value: unknown): string =>
  JSON.stringify(value)
    .split("")
    .map((unit) => (unit >= " " && unit <= "~" ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`))
    .join("");
