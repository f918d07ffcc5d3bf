import * as z from "zod/mini";
import { manifestColumnNames } from "../../src/db/schema.ts";
import { imageStates } from "../../src/image-states.ts";
import type { ImageRow as StoredImage } from "../../src/images/image-row.sql.ts";
import { maxAclAccounts } from "../../src/images/rules/acl.ts";
import { nameRule, textFields, versionRule } from "../../src/images/rules/fields.ts";
import { findTagsMistake, maxTagLevels } from "../../src/images/rules/tags.ts";
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

const file = setFields(
  { compression: z.nullish(text()), sha1: z.nullish(text()), size: z.nullish(wholeNumber) },
  "an object",
);

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
    requirements: asJson(jsonObject),
    image_size: optional(wholeNumber, null),
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

/** A backup also restores names that were stored before they had a rule here. */
const storedSchema = z.extend(manifestSchema, {
  name: text({ min: 1, max: textFields.name.max }),
  version: text({ min: 1, max: textFields.version.max }),
});

/** The fields of a manifest that are read. */
export const manifestFields: readonly string[] = Object.keys(manifestSchema.shape);

/** Reads a manifest. @param isStored whether it is an image of a backup with history */
export function readManifest(entry: unknown, { isStored = false } = {}): Read<ImageRow> {
  const parsed = z.safeParse(isStored ? storedSchema : manifestSchema, entry);
  if (!parsed.success) return { mistakes: listFieldMistakes(parsed.error.issues) };
  const { v: _, activated, disabled, ...image } = parsed.data;
  const olderState = disabled ? "disabled" : activated === false ? "unactivated" : "active";
  const row: ImageRow = { ...image, state: image.state ?? olderState };
  return { row, mistakes: findSizeMistakes(Object.values(row), maxImageBytes) };
}

const jsonColumns: readonly string[] = ["requirements", "files", "tags", "acl", "error"];

/** Renders stored columns as fields of a manifest. `readManifest` reads them back. Unset fields are absent. */
export const manifestOf = (row: JsonObject): JsonObject =>
  omitUnset(
    Object.fromEntries(
      manifestColumnNames.map((name) => {
        const value = row[name];
        if (name === "public") return [name, Boolean(value)];
        return [name, jsonColumns.includes(name) && typeof value === "string" ? JSON.parse(value) : value];
      }),
    ),
  );
