import * as z from "zod/mini";
import { shown } from "../errors.ts";
import { isStorable, tagsMistake } from "./tags.ts";

/** The rule of a field as the start of its refusal; what was sent is the end of it. */
const refusal = (rule: string) => ({
  error: ({ input }: { input?: unknown }) => `${rule}; ${sentence(input)}`,
});

function sentence(input: unknown): string {
  if (typeof input === "string" && input.length > 64) return `${input.length} characters were sent: ${shown(input)}`;
  return `${typeof input === "string" ? JSON.stringify(shown(input)) : shown(input)} was sent`;
}

/** A field that takes one pattern and is never cleared. */
const required = (rule: string, pattern: RegExp) => z.string(refusal(rule)).check(z.regex(pattern, refusal(rule)));

const descriptionRule =
  "description is a string of at most 10240 characters without U+0000 or a lone surrogate, or null";

const description = z.nullable(
  z
    .string(refusal(descriptionRule))
    .check(z.maxLength(10240, refusal(descriptionRule)), z.refine(isStorable, refusal(descriptionRule))),
);

/** An http: or https: URL, stored as sent (ours: upstream only looks at the protocol). */
function url(field: string) {
  const rule = `${field} is an http: or https: URL of at most 1024 characters without white space at its ends, or null`;
  return z.nullable(z.string(refusal(rule)).check(z.refine(isWebUrl, refusal(rule))));
}

function isWebUrl(text: string): boolean {
  if (text.length > 1024 || text.trim() !== text || !isStorable(text) || /\p{Cc}/u.test(text)) return false;
  return /^https?:/i.test(text) && URL.canParse(text);
}

export const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Each takes 39 bytes of a row, and D1's rows end at 2 MB. */
export const maxAclAccounts = 10_000;

const aclRule = "acl is an array of account UUIDs in lower case, or null";

/** A set of account UUIDs, order kept. The published page types it String: see `aclFromText`. */
const acl = z.nullable(
  z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? aclFromText(input) : input)),
    z.pipe(
      z.custom<string[]>((input) => Array.isArray(input) && input.every(isUuid), refusal(aclRule)),
      z.pipe(
        z.transform((uuids: string[]) => [...new Set(uuids)]),
        z.custom<string[]>((uuids) => Array.isArray(uuids) && uuids.length <= maxAclAccounts, {
          error: ({ input }) =>
            `acl is at most ${maxAclAccounts} accounts; ${Array.isArray(input) ? input.length : 0} were sent`,
        }),
      ),
    ),
  ),
);

const isUuid = (value: unknown): boolean => typeof value === "string" && uuidShape.test(value);

/** One UUID, UUIDs with commas, or a JSON array (ours). Other text is answered as it is, to be refused. */
function aclFromText(text: string): unknown {
  if (text.trimStart().startsWith("[")) return jsonOr(text);
  const uuids = text.split(",").map((part) => part.trim());
  return uuids.every(isUuid) ? uuids : text;
}

const tagsRule =
  "tags is an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates, or null";

/** Any keys, JSON values, types kept. The published page types it String: a JSON object in a string is taken too (ours). */
const tags = z.nullable(
  z.pipe(
    z.transform((input: unknown) => (typeof input === "string" ? jsonOr(input) : input)),
    z.custom<Record<string, unknown>>(
      (input) => typeof input === "object" && input !== null && !Array.isArray(input) && !tagsMistake(input),
      {
        error: ({ input }) =>
          `${tagsRule}; ${isContainer(input) ? (tagsMistake(input) ?? sentence(input)) : sentence(input)}`,
      },
    ),
  ),
);

const isContainer = (value: unknown): boolean => typeof value === "object" && value !== null;

/** The value of JSON text; other text as it is. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The fields of UpdateImage, in the order in which failures are told. Every other key is ignored. CONTRACT §6. */
const updateImageFields = {
  name: z.optional(
    required("name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space", /^[A-Za-z0-9._/ -]{1,1024}$/),
  ),
  version: z.optional(required("version is 1 to 512 characters of A-Z a-z 0-9 . _ / + -", /^[A-Za-z0-9._/+-]{1,512}$/)),
  description: z.optional(description),
  homepage: z.optional(url("homepage")),
  eula: z.optional(url("eula")),
  acl: z.optional(acl),
  tags: z.optional(tags),
};

const nothingToUpdate = `nothing to update: none of ${Object.keys(updateImageFields).join(", ")} was sent`;

/** An update of an image: the fields that were sent, checked. */
export const updateImageSchema = z
  .object(updateImageFields)
  .check(z.refine((update) => Object.keys(update).length > 0, nothingToUpdate));

/** The fields to change; null clears. */
export type ImageUpdate = z.output<typeof updateImageSchema>;
