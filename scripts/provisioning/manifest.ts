import * as z from "zod/mini";
import { imageStates } from "../../src/image-states.ts";
import type { ImageRow as StoredImage } from "../../src/images/image-row.sql.ts";
import { maxAclAccounts } from "../../src/images/rules/acl.ts";
import { nameRule, textFields, versionRule } from "../../src/images/rules/fields.ts";
import { findTagsMistake, maxTagLevels } from "../../src/images/rules/tags.ts";
import { manifestColumnNames } from "../../src/tables.ts";
import { isObject } from "../../src/text.ts";
import {
  describeFound,
  findSizeMistakes,
  flag,
  listFieldMistakes,
  maxImageBytes,
  optional,
  type Read,
  rule,
  text,
  timestamp,
  uuid,
  wholeNumber,
  wholeNumberOrDigits,
} from "./fields.ts";

/** An image to store. JSON columns are text. */
export type ImageRow = Omit<StoredImage, "revision">;

type JsonObject = Record<string, unknown>;

/** Leaves out what is null or undefined. */
export const omitUnset = (all: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => (value ?? null) !== null));

/** Stores a value as compact JSON. */
const asJson = <Schema extends z.core.$ZodType>(schema: Schema) =>
  optional(
    z.pipe(
      schema,
      z.transform((value) => JSON.stringify(value)),
    ),
    null,
  );

const objectRule = `an object of JSON values, at most ${maxTagLevels} levels deep, without U+0000 or lone surrogates`;

/** An object of JSON values that D1 can store. */
const jsonObject = z.custom<JsonObject>((sent) => isObject(sent) && !findTagsMistake(sent), {
  error: ({ input }) => `${objectRule}; ${(isObject(input) && findTagsMistake(input)) || describeFound(input)}`,
});

/** Manifests of IMGAPI's LDAP have a single UUID as a string. An empty acl is stored as null. */
const acl = z.pipe(
  z.transform((sent: unknown) => (typeof sent === "string" ? [sent] : sent)),
  z.pipe(
    z
      .array(uuid, rule("an array of UUIDs in lower case, or one such UUID"))
      .check(
        z.refine((accounts) => new Set(accounts).size <= maxAclAccounts, rule(`of at most ${maxAclAccounts} accounts`)),
      ),
    z.transform((accounts) => (accounts.length > 0 ? JSON.stringify([...new Set(accounts)]) : null)),
  ),
);

/** Stores only the fields of an object that are set. */
const setFields = (fields: z.core.$ZodShape, words: string) =>
  z.pipe(z.object(fields, rule(words)), z.transform(omitUnset));

/** Clients that read strictly need all three. A null is said on purpose: the export writes it. */
const file = setFields(
  {
    compression: z.nullable(text({ min: 1 })),
    sha1: z.nullable(text({ min: 1 })),
    size: z.nullable(wholeNumberOrDigits),
  },
  "an object",
);

/** What requirements show. Others are kept, and not shown. */
const shownRequirements = z.object({
  min_ram: z.nullish(wholeNumber),
  max_ram: z.nullish(wholeNumber),
  brand: z.nullish(text()),
  bootrom: z.nullish(text()),
});

/** Checks what is shown, and keeps the object as it is: its keys, and their order. */
const requirements = jsonObject.check(({ value, issues }) => {
  if (!isObject(value)) return;
  const found = z.safeParse(shownRequirements, value).error?.issues ?? [];
  issues.push(...found.map(({ path, message }) => ({ code: "custom" as const, path, message, input: value })));
});

const imageError = setFields({ code: z.nullish(text()), message: z.nullish(text()) }, "{code, message}");

/** A field as UpdateImage takes it. docs/contract.md#fields */
const matching = ({ words, pattern }: typeof nameRule) => z.string(rule(words)).check(z.regex(pattern, rule(words)));

const manifestSchema = z.object(
  {
    uuid,
    owner: uuid,
    name: matching(nameRule),
    version: matching(versionRule),
    os: optional(text(), null),
    type: optional(text(), null),
    requirements: asJson(requirements),
    image_size: optional(wholeNumberOrDigits, null),
    description: optional(text(), null),
    files: asJson(z.array(file, rule("an array of objects"))),
    tags: asJson(jsonObject),
    homepage: optional(text(), null),
    published_at: optional(timestamp, null),
    public: optional(flag, false),
    state: z.nullish(z.enum(imageStates, rule(`one of ${imageStates.join(", ")}`))),
    eula: optional(text(), null),
    acl: optional(acl, null),
    origin: optional(uuid, null),
    error: asJson(imageError),
    /** Older manifests have these in place of `state`. */
    activated: z.nullish(flag),
    disabled: z.nullish(flag),
    /** The version of the manifest's format. Ignored, and not reported. */
    v: z.optional(z.unknown()),
  },
  rule("an object"),
);

const storedFile = setFields(
  { compression: z.nullish(text()), sha1: z.nullish(text()), size: z.nullish(wholeNumber) },
  "an object",
);

/** A backup also restores what was stored before it had a rule here. */
const storedSchema = z.extend(manifestSchema, {
  requirements: asJson(jsonObject),
  files: asJson(z.array(storedFile, rule("an array of objects"))),
  name: text({ min: 1, max: textFields.name.max }),
  version: text({ min: 1, max: textFields.version.max }),
});

/** The fields of a manifest that are read. */
export const manifestFields: readonly string[] = Object.keys(manifestSchema.shape);

/** IMGAPI knows neither while it creates an image, and writes the text `null`. */
const isBeingMade = (state: unknown): boolean => state === "creating" || state === "failed";

const kinds = { os: "smartos", type: "zone-dataset" } as const;

/** Whether an image shows no `os`, no `type` or an incomplete file, which breaks clients that read strictly. */
export function isIncomplete({ os, type, state, files }: ImageRow): boolean {
  const [first] = JSON.parse(files ?? "[]");
  const isWithoutKind = !isBeingMade(state) && [os, type].some((kind) => (kind || "null") === "null");
  return isWithoutKind || (first && Object.keys(first).length < fileFields.length);
}

/** Finds which of `os` and `type` a manifest leaves out. A null is said on purpose, and so is IMGAPI's "null". */
function findKindMistakes(entry: unknown): string[] {
  if (!isObject(entry) || isBeingMade(entry["state"])) return [];
  return Object.entries(kinds).flatMap(([name, example]) => {
    const sent = entry[name];
    if (sent !== undefined && sent !== "") return [];
    return [`${name} is text such as "${example}", or null if nobody knows it; ${describeFound(sent)}`];
  });
}

/** A restriction of version 1 that the upgrade could not keep. */
const findRestriction = (entry: unknown): string[] =>
  isObject(entry) && entry["restricted_to_uuid"]
    ? ["restricted_to_uuid is of a manifest of version 1, with creator_uuid and without public; use acl and public"]
    : [];

/** Reads a manifest. @param isStored whether it is an image of a backup with history */
export function readManifest(entry: unknown, { isStored = false } = {}): Read<ImageRow> {
  const parsed = z.safeParse(isStored ? storedSchema : manifestSchema, entry);
  const others = isStored ? [] : [...findKindMistakes(entry), ...findRestriction(entry)];
  if (!parsed.success) return { mistakes: [...listFieldMistakes(parsed.error.issues), ...others] };
  const { v: _, activated, disabled, ...image } = parsed.data;
  const olderState = disabled ? "disabled" : activated === false ? "unactivated" : "active";
  const row: ImageRow = { ...image, state: image.state ?? olderState };
  return { row, mistakes: [...others, ...findSizeMistakes(Object.values(row), maxImageBytes)] };
}

/** The fields of a file that are read. */
export const fileFields: readonly string[] = ["compression", "sha1", "size"];

/** A file as the export writes it: what is not set is null. */
export const fileOf = (stored: JsonObject): JsonObject =>
  Object.fromEntries(fileFields.map((name) => [name, stored[name] ?? null]));

export const jsonColumns: readonly string[] = ["requirements", "files", "tags", "acl", "error"];

/** Renders stored columns as fields of a manifest. `readManifest` reads them back. Unset ones are absent, or null where a manifest must have them. */
export const manifestOf = (row: JsonObject): JsonObject => ({
  os: null,
  type: null,
  ...omitUnset(
    Object.fromEntries(
      manifestColumnNames.map((name) => {
        const value = row[name];
        if (name === "public") return [name, Boolean(value)];
        if (name === "files" && typeof value === "string") return [name, JSON.parse(value).map(fileOf)];
        return [name, jsonColumns.includes(name) && typeof value === "string" ? JSON.parse(value) : value];
      }),
    ),
  ),
});
