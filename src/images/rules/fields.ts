import * as z from "zod/mini";
import type { UpdatableField } from "../../tables.ts";
import { describeSent, isStorable } from "../../text.ts";
import { makeAcl } from "./acl.ts";
import { makeTags } from "./tags.ts";

/**
 * The most UTF-16 units of each text field, and the characters of those that are never cleared. Refusals, patterns and the
 * JSON Schema (scripts/openapi/request-schemas) use them; check-docs compares the contract's table. docs/contract.md#fields
 */
export const textFields = {
  name: { max: 1024, characters: "A-Z a-z 0-9 . _ / - and space" },
  version: { max: 512, characters: "A-Z a-z 0-9 . _ / + -" },
  description: { max: 10_240 },
  homepage: { max: 1024 },
  eula: { max: 1024 },
} as const satisfies Partial<Record<UpdatableField, { max: number; characters?: string }>>;

/** A text that is never cleared, in words and as a pattern. */
type TextRule = { words: string; pattern: RegExp };

/** Makes a rule. `A-Z . - and space` becomes the class `[A-Z. -]`, with its `-` last, so that it makes no range. */
function makeRule({ max, characters }: { max: number; characters: string }): TextRule {
  const [listed = "", space] = characters.split(" and ");
  const parts = listed.split(" ");
  const set = [...parts.filter((part) => part !== "-"), ...(space ? [" "] : []), "-"].join("");
  return { words: `1 to ${max} characters of ${characters}`, pattern: new RegExp(`^[${set}]{1,${max}}$`) };
}

/** An image's name and version, as UpdateImage and provisioning take them. */
export const nameRule = makeRule(textFields.name);
export const versionRule = makeRule(textFields.version);

/** A refusal: the rule of the field, then what was sent. */
const refuse = (rule: string) => ({ error: ({ input }: { input?: unknown }) => `${rule}; ${describeSent(input)}` });

function makeRequired(field: string, { words, pattern }: TextRule) {
  const rule = refuse(`${field} is ${words}`);
  return z.string(rule).check(z.regex(pattern, rule));
}

function makeDescription({ max }: { max: number }) {
  const rule = refuse(
    `description is a string of at most ${max} characters without U+0000 or a lone surrogate, or null`,
  );
  return z.pipe(
    // In UTF-16 units, as upstream counts: zod's maxLength counts code points.
    z.nullable(z.string(rule).check(z.refine((text) => text.length <= max && isStorable(text), rule))),
    z.transform((text) => text || null),
  );
}

/** An http: or https: URL, stored as sent (ours: upstream checks only the protocol). */
function makeUrl(field: "homepage" | "eula") {
  const { max } = textFields[field];
  const rule = refuse(
    `${field} is an http: or https: URL of at most ${max} characters without white space at its ends, or null`,
  );
  return z.nullable(z.string(rule).check(z.refine((text) => text.length <= max && isWebUrl(text), rule)));
}

function isWebUrl(text: string): boolean {
  if (text.trim() !== text || !isStorable(text) || /\p{Cc}/u.test(text)) return false;
  return /^https?:/i.test(text) && URL.canParse(text);
}

/** What one image may hold. 0 turns a limit off. docs/configuration.md */
type FieldBounds = { maxAcl: number; maxTagsBytes: number };

/** What may be sent for each updatable field, and the value that its column stores. Other keys are ignored. */
const makeFields = ({ maxAcl, maxTagsBytes }: FieldBounds) =>
  ({
    name: z.optional(makeRequired("name", nameRule)),
    version: z.optional(makeRequired("version", versionRule)),
    description: z.optional(makeDescription(textFields.description)),
    homepage: z.optional(makeUrl("homepage")),
    eula: z.optional(makeUrl("eula")),
    acl: z.optional(makeAcl(maxAcl)),
    tags: z.optional(makeTags(maxTagsBytes)),
  }) satisfies Record<UpdatableField, z.core.$ZodType<string | null | undefined>>;

/** An update of an image: the fields that were sent, as their columns store them. Null clears. */
export function makeUpdateImageSchema(bounds: FieldBounds) {
  const fields = makeFields(bounds);
  const nothing = `nothing to update: none of ${Object.keys(fields).join(", ")} was sent`;
  return z.object(fields).check(z.refine((update) => Object.keys(update).length > 0, nothing));
}

const schemas = new WeakMap<FieldBounds, ReturnType<typeof makeUpdateImageSchema>>();

/** The schema for these bounds, made once. */
export function findUpdateImageSchema(bounds: FieldBounds): ReturnType<typeof makeUpdateImageSchema> {
  const schema = schemas.get(bounds) ?? makeUpdateImageSchema(bounds);
  schemas.set(bounds, schema);
  return schema;
}
