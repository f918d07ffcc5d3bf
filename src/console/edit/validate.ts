import * as z from "zod/mini";
import { makeUpdateImageSchema } from "../../images/rules/fields.ts";
import { uuidShape } from "../../text.ts";

/** The service's own rules, without the bounds that an operator may set: the service judges those. */
const schema = makeUpdateImageSchema({ maxAcl: 0, maxTagsBytes: 0 });

/** The rule of a sentence alone: whoever types sees what was sent, and clears a field by emptying it. */
export const toRule = (message: string): string =>
  message
    .split("; ", 1)
    .join()
    .replace(/, or null$/, "");

/** Why the service would refuse an update: the rule of each field that breaks it, in its words. */
export function findFieldMistakes(update: Readonly<Record<string, unknown>>): Record<string, string> {
  const parsed = z.safeParse(schema, update);
  if (parsed.success) return {};
  const mistakes: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = String(path[0] ?? "");
    if (field !== "") mistakes[field] ??= toRule(message);
  }
  return mistakes;
}

/** Why a text is no account UUID; undefined where it is one. */
export const findAccountMistake = (text: string): string | undefined =>
  uuidShape.test(text)
    ? undefined
    : "An account is named by its UUID in lower case, such as 47034e57-42d1-0342-b302-00db733e8c8a.";
