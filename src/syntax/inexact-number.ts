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

/** A step of the path to a number: a key, and the step below it. The path itself is made once, at the end. */
type Step = { key: string; below: Step | undefined; source: string };

/**
 * Finds a number of valid JSON text that is stored as another: 9007199254740993 would be 9007199254740992, and 1e-400
 * would be 0. Undefined if every number is kept.
 *
 * @see https://tc39.es/proposal-json-parse-with-source/
 */
export function findInexactNumber(text: string): InexactNumber | undefined {
  if (!doubtful.test(text)) return undefined;
  /** The first step below each container that has one. */
  const steps = new Map<unknown, Step>();
  let last: Step | undefined;
  // A reviver sees the inner values first, and the whole text last, under an empty key.
  function revive(this: unknown, ...[key, value, { source = "" } = {}]: Revived): unknown {
    const below = steps.get(value);
    if (below || (typeof value === "number" && !isExact(source, value))) {
      last = { key, below, source: below?.source ?? source };
      if (!steps.has(this)) steps.set(this, last);
    }
    return value;
  }
  try {
    JSON.parse(text, revive);
  } catch {
    // The stack ends at some thousand levels, and no field takes more than a hundred: its own rule refuses it.
    return undefined;
  }
  if (!last) return undefined;
  const path: string[] = [];
  for (let step = last.below; step; step = step.below) path.push(step.key);
  return { path, source: last.source };
}

/** Describes it, as the end of a sentence about what holds the text. */
export const describeInexact = ({ path, source }: InexactNumber): string =>
  `the number ${show(source)} was sent${path.length > 0 ? ` at ${show(path.join("."))}` : ""}, which JSON readers round; send it as text`;
