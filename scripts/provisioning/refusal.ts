import type * as z from "zod/mini";
import { show } from "../../src/errors.ts";
import { showValue } from "../../src/text.ts";

/** Why nothing of a provision file is loaded: every mistake, one a line, each naming its entry and field. */
export class ProvisionRefused extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.name = "ProvisionRefused";
    this.mistakes = mistakes;
  }
}

/** What an entry holds where something else should be, as the end of a sentence; cut at 64 characters. */
export function describeSent(sent: unknown): string {
  if (sent === undefined) return "it is missing";
  if (typeof sent === "string" && sent.length > 64) return `${sent.length} characters were sent: ${show(sent)}`;
  return `${showValue(sent)} was sent`;
}

/** The rule of a field as the start of its refusal, for any check of zod: `a UUID in lower case; "X" was sent`. */
export const rule = (text: string): { error: (issue: { input?: unknown }) => string } => ({
  error: ({ input }) => `${text}; ${describeSent(input)}`,
});

/** Every field that broke its rule, once: `acl[2] is a UUID in lower case; "X" was sent`. */
export function listFieldMistakes(issues: readonly z.core.$ZodIssue[]): string[] {
  const messages = new Map(issues.map(({ path, message }) => [formatPath(path), message]));
  return [...messages].map(([field, message]) => `${field || "it"} is ${message}`);
}

const formatPath = (path: readonly PropertyKey[]): string =>
  path.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at > 0 ? "." : ""}${String(step)}`)).join("");
