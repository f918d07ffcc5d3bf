import { show } from "../../errors.ts";
import { showValue } from "../../text.ts";

/** What was sent, as the end of a refusal. */
export function describeSent(input: unknown): string {
  if (typeof input === "string" && input.length > 64) return `${input.length} characters were sent: ${show(input)}`;
  return `${showValue(input)} was sent`;
}

/** A refusal: the rule of the field, then what was sent. */
export const refuse = (rule: string) => ({
  error: ({ input }: { input?: unknown }) => `${rule}; ${describeSent(input)}`,
});

/** The value of JSON text; other text as it is. */
export function parseJsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
