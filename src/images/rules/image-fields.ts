import * as z from "zod/mini";
import type { UpdatableField } from "../../db/schema.ts";
import { isStorable } from "../../text.ts";
import { makeAcl } from "./acl.ts";
import { refuse } from "./field-refusal.ts";
import { makeTags } from "./tags-field.ts";

/** What a field that is never cleared takes, in words and as a pattern. */
type TextRule = { words: string; pattern: RegExp };

/** An image's name, as UpdateImage and provisioning take it. docs/contract.md#fields */
export const nameRule: TextRule = {
  words: "1 to 1024 characters of A-Z a-z 0-9 . _ / - and space",
  pattern: /^[A-Za-z0-9._/ -]{1,1024}$/,
};

/** An image's version, as both take it. */
export const versionRule: TextRule = {
  words: "1 to 512 characters of A-Z a-z 0-9 . _ / + -",
  pattern: /^[A-Za-z0-9._/+-]{1,512}$/,
};

function makeRequired(field: string, { words, pattern }: TextRule) {
  const rule = refuse(`${field} is ${words}`);
  return z.string(rule).check(z.regex(pattern, rule));
}

const descriptionRule =
  "description is a string of at most 10240 characters without U+0000 or a lone surrogate, or null";

const description = z.pipe(
  z.nullable(
    z
      .string(refuse(descriptionRule))
      // In UTF-16 units, as upstream counts: zod's maxLength counts code points.
      .check(z.refine((text) => text.length <= 10240 && isStorable(text), refuse(descriptionRule))),
  ),
  z.transform((text) => text || null),
);

/** An http: or https: URL, stored as sent (ours: upstream only looks at the protocol). */
function makeUrl(field: string) {
  const rule = `${field} is an http: or https: URL of at most 1024 characters without white space at its ends, or null`;
  return z.nullable(z.string(refuse(rule)).check(z.refine(isWebUrl, refuse(rule))));
}

function isWebUrl(text: string): boolean {
  if (text.length > 1024 || text.trim() !== text || !isStorable(text) || /\p{Cc}/u.test(text)) return false;
  return /^https?:/i.test(text) && URL.canParse(text);
}

/** What one image may hold; 0 for no bound. README.md#configuration */
type FieldBounds = { maxAcl: number; maxTagsBytes: number };

/**
 * The updatable fields, one row each: the rule for what was sent, and its value as the column stores it. Every other key
 * is ignored. docs/contract.md#fields
 */
const makeFields = ({ maxAcl, maxTagsBytes }: FieldBounds) =>
  ({
    name: z.optional(makeRequired("name", nameRule)),
    version: z.optional(makeRequired("version", versionRule)),
    description: z.optional(description),
    homepage: z.optional(makeUrl("homepage")),
    eula: z.optional(makeUrl("eula")),
    acl: z.optional(makeAcl(maxAcl)),
    tags: z.optional(makeTags(maxTagsBytes)),
  }) satisfies Record<UpdatableField, z.core.$ZodType<string | null | undefined>>;

/** An update of an image: the fields that were sent, checked, as their columns store them. Null clears. */
export function makeUpdateImageSchema(bounds: FieldBounds) {
  const fields = makeFields(bounds);
  const nothing = `nothing to update: none of ${Object.keys(fields).join(", ")} was sent`;
  return z.object(fields).check(z.refine((update) => Object.keys(update).length > 0, nothing));
}

const schemas = new WeakMap<FieldBounds, ReturnType<typeof makeUpdateImageSchema>>();

/** The schema of these bounds, made once for each. */
export function findUpdateImageSchema(bounds: FieldBounds): ReturnType<typeof makeUpdateImageSchema> {
  const schema = schemas.get(bounds) ?? makeUpdateImageSchema(bounds);
  schemas.set(bounds, schema);
  return schema;
}
