import { show } from "../errors.ts";

/** A number of JSON text that no double has: where it is, and how it was written. */
export type InexactNumber = { path: readonly string[]; source: string };

/** What can lose a digit: sixteen digits or an exponent. Most texts have neither, and are not searched. One pass. */
const doubtful = /(?:^|[:[,\s-])\d(?:[\d.]{15}|[\d.]*[eE][+-]?\d)/;

const decimal = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** `1.50e3` as its digits and the power of ten of the last one: `15`, 2. */
function normalize(source: string): { digits: string; power: number } {
  const [, whole = "", fraction = "", exponent = "0"] = decimal.exec(source) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  return { digits, power: digits === "" ? 0 : Number(exponent) - fraction.length + all.length - digits.length };
}

/** Whether the double that JavaScript reads is printed as the same decimal. */
function isExact(source: string, value: number): boolean {
  // One that is not finite has a rule of its own.
  if (!Number.isFinite(value)) return true;
  const [sent, kept] = [normalize(source), normalize(String(Math.abs(value)))];
  return sent.digits === kept.digits && sent.power === kept.power;
}

/** What `JSON.parse` gives a reviver beside a value: the text of a number. Not yet in TypeScript's own types. */
type Revived = [key: string, value: unknown, context?: { source?: string }];

/**
 * Finds a number of valid JSON text that is stored as another: 9007199254740993 would be 9007199254740992, and 1e-400
 * would be 0. Undefined if every number is kept.
 *
 * @see https://tc39.es/proposal-json-parse-with-source/
 */
export function findInexactNumber(text: string): InexactNumber | undefined {
  if (!doubtful.test(text)) return undefined;
  const inexact = new Map<unknown, InexactNumber>();
  let found: InexactNumber | undefined;
  // A reviver sees the inner values first: each container adds its own key to the path of what was found in it.
  function revive(this: unknown, ...[key, value, { source = "" } = {}]: Revived): unknown {
    const inner = inexact.get(value);
    const one = typeof value === "number" && !isExact(source, value) ? { path: [], source } : inner;
    if (!one) return value;
    const here = { path: [key, ...one.path], source: one.source };
    if (!inexact.has(this)) inexact.set(this, here);
    found = here;
    return value;
  }
  try {
    JSON.parse(text, revive);
  } catch {
    // The stack ends at some thousand levels, and no field takes more than a hundred: its own rule refuses it.
    return undefined;
  }
  // The first key is that of the whole text.
  return found && { ...found, path: found.path.slice(1) };
}

/** Describes it, as the end of a sentence about what holds the text. */
export const describeInexact = ({ path, source }: InexactNumber): string =>
  `the number ${show(source)} was sent${path.length > 0 ? ` at ${show(path.join("."))}` : ""}, which JSON readers round; send it as text`;
