import * as z from "zod/mini";
import { type UpdatableField, updatableFields } from "../db/schema.ts";
import { show } from "../errors.ts";
import { findTagsMistake, isStorable } from "./tags.ts";

/** A refusal: the rule of the field, then what was sent. */
const refuse = (rule: string) => ({
  error: ({ input }: { input?: unknown }) => `${rule}; ${describeSent(input)}`,
});

function describeSent(input: unknown): string {
  if (typeof input === "string" && input.length > 64) return `${input.length} characters were sent: ${show(input)}`;
  return `${typeof input === "string" ? JSON.stringify(show(input)) : show(input)} was sent`;
}

/** A field that takes one pattern and is never cleared. */
const makeRequired = (rule: string, pattern: RegExp) => z.string(refuse(rule)).check(z.regex(pattern, refuse(rule)));

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

/** A UUID in lower case, as CloudAPI writes them. */
export const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Each takes 39 bytes of a row, and D1's rows end at 2 MB. */
export const maxAclAccounts = 10_000;

const aclRule = "acl is an array of account UUIDs in lower case, or null";

/** A set of account UUIDs, order kept. The published page types it String: see `parseAclText`. */
const acl = z.nullable(
  z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? parseAclText(input) : input)),
    z.pipe(
      z
        .custom<string[]>((input) => Array.isArray(input) && input.every(isUuid), {
          error: ({ input }) => describeAclMistake(input),
          abort: true,
        })
        .check(
          z.refine((uuids) => new Set(uuids).size <= maxAclAccounts, {
            error: ({ input }) =>
              `acl is at most ${maxAclAccounts} accounts; ${new Set(Array.isArray(input) ? input : []).size} were sent`,
          }),
        ),
      z.transform((uuids) => (uuids.length > 0 ? JSON.stringify([...new Set(uuids)]) : null)),
    ),
  ),
);

/** Names the first entry that is no account UUID; where there are no entries, the rule. */
function describeAclMistake(input: unknown): string {
  const entries = typeof input === "string" && !input.trimStart().startsWith("[") ? splitAcl(input) : input;
  const at = Array.isArray(entries) ? entries.findIndex((entry) => !isUuid(entry)) : -1;
  if (!Array.isArray(entries) || at === -1) return `${aclRule}; ${describeSent(input)}`;
  const entry: unknown = entries[at];
  const sent = typeof entry === "string" ? JSON.stringify(show(entry)) : show(entry);
  return `acl[${at}]: ${sent} is not an account UUID in lower case`;
}

const splitAcl = (text: string): string[] => text.split(",").map((part) => part.trim());

const isUuid = (value: unknown): boolean => typeof value === "string" && uuidShape.test(value);

/** One UUID, UUIDs with commas, or a JSON array (ours). Other text is answered as it is, to be refused. */
function parseAclText(text: string): unknown {
  if (text.trimStart().startsWith("[")) return parseJsonOr(text);
  const uuids = splitAcl(text);
  return uuids.every(isUuid) ? uuids : text;
}

const tagsRule =
  "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null";

/** Any keys, JSON values, types kept. The published page types it String: a JSON object in a string is taken too (ours). */
const tags = z.nullable(
  z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? parseJsonOr(input) : input)),
    z.pipe(
      z.custom<Record<string, unknown>>(
        (input) => typeof input === "object" && input !== null && !Array.isArray(input) && !findTagsMistake(input),
        {
          error: ({ input }) =>
            `${tagsRule}; ${isContainer(input) ? (findTagsMistake(input) ?? describeSent(input)) : describeSent(input)}`,
        },
      ),
      z.transform((value: Record<string, unknown>) => JSON.stringify(value)),
    ),
  ),
);

const isContainer = (value: unknown): boolean => typeof value === "object" && value !== null;

/** The value of JSON text; other text as it is. */
function parseJsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The updatable fields, one row each: the rule for what was sent, and its value as the column stores it. Every other key
 * is ignored. docs/contract.md#fields
 */
const fields = {
  name: z.optional(
    makeRequired("name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space", /^[A-Za-z0-9._/ -]{1,1024}$/),
  ),
  version: z.optional(
    makeRequired("version is 1 to 512 characters of A-Z a-z 0-9 . _ / + -", /^[A-Za-z0-9._/+-]{1,512}$/),
  ),
  description: z.optional(description),
  homepage: z.optional(makeUrl("homepage")),
  eula: z.optional(makeUrl("eula")),
  acl: z.optional(acl),
  tags: z.optional(tags),
} satisfies Record<UpdatableField, z.core.$ZodType<string | null | undefined>>;

/** An update of an image: the fields that were sent, checked, as their columns store them. Null clears. */
export const updateImageSchema = z
  .object(fields)
  .check(
    z.refine(
      (update) => Object.keys(update).length > 0,
      `nothing to update: none of ${updatableFields.join(", ")} was sent`,
    ),
  );
