import * as z from "zod/mini";
import type { ImageRow as StoredImage } from "../../src/images/image-row.sql.ts";
import { maxAclAccounts } from "../../src/images/rules/acl.ts";
import { nameRule, versionRule } from "../../src/images/rules/fields.ts";
import { findTagsMistake } from "../../src/images/rules/tags.ts";
import { findSizeMistake, flag, maxImageBytes, text, timestamp, uuid, wholeNumber } from "./fields.ts";
import { describeSent, listFieldMistakes, rule } from "./refusal.ts";

/** An image as it is to be stored. JSON columns are text. */
export type ImageRow = Omit<StoredImage, "revision">;

type JsonObject = Record<string, unknown>;

/** An object of JSON values that D1 can take: see `findTagsMistake`. */
function makeJsonObject() {
  const objectRule = "an object of JSON values, at most 100 levels deep, without U+0000 or lone surrogates";
  return z.custom<JsonObject>((sent) => isObject(sent) && !findTagsMistake(sent), {
    error: ({ input }) => `${objectRule}; ${(isObject(input) && findTagsMistake(input)) || describeSent(input)}`,
  });
}

const isObject = (sent: unknown): boolean => typeof sent === "object" && sent !== null && !Array.isArray(sent);

/** The manifests of IMGAPI's LDAP hold one UUID as a string. */
const acl = z.pipe(
  z.transform((sent: unknown) => (typeof sent === "string" ? [sent] : sent)),
  z
    .array(uuid, rule("an array of UUIDs in lower case, or one such UUID"))
    .check(
      z.refine((accounts) => new Set(accounts).size <= maxAclAccounts, rule(`of at most ${maxAclAccounts} accounts`)),
    ),
);

const file = z.object(
  { compression: z.nullish(text()), sha1: z.nullish(text()), size: z.nullish(wholeNumber()) },
  rule("an object"),
);

const states = ["active", "unactivated", "disabled", "creating", "failed", "destroyed"] as const;

/** As UpdateImage takes it. docs/contract.md#fields */
function matching({ words, pattern }: typeof nameRule) {
  return z.string(rule(words)).check(z.regex(pattern, rule(words)));
}

const manifestSchema = z.object(
  {
    /** The version of the manifest's format: ignored, and not reported. */
    v: z.optional(z.unknown()),
    uuid,
    owner: uuid,
    name: matching(nameRule),
    version: matching(versionRule),
    os: z.nullish(text()),
    type: z.nullish(text()),
    requirements: z.nullish(makeJsonObject()),
    image_size: z.nullish(wholeNumber()),
    description: z.nullish(text()),
    files: z.nullish(z.array(file, rule("an array of objects"))),
    tags: z.nullish(makeJsonObject()),
    homepage: z.nullish(text()),
    published_at: z.nullish(timestamp),
    public: z.nullish(flag),
    state: z.nullish(z.enum(states, rule(`one of ${states.join(", ")}`))),
    activated: z.nullish(flag),
    disabled: z.nullish(flag),
    eula: z.nullish(text()),
    acl: z.nullish(acl),
    origin: z.nullish(uuid),
    error: z.nullish(z.object({ code: z.nullish(text()), message: z.nullish(text()) }, rule("{code, message}"))),
  },
  rule("an object"),
);

/** What was stored before names had a rule here can be restored as well. */
const storedSchema = z.extend(manifestSchema, {
  name: text({ min: 1, max: 1024 }),
  version: text({ min: 1, max: 512 }),
});

type Manifest = z.output<typeof manifestSchema>;

/** The fields of a manifest that are read. */
export const manifestFields: ReadonlySet<string> = new Set(Object.keys(manifestSchema.shape));

/**
 * The row of an image, or everything that is wrong with its manifest.
 *
 * @param isStored the manifest is that of an image as it was stored, in a backup with history
 */
export function readManifest(
  entry: unknown,
  { isStored = false } = {},
): { row?: ImageRow; mistakes: readonly string[] } {
  const parsed = z.safeParse(isStored ? storedSchema : manifestSchema, entry);
  if (!parsed.success) return { mistakes: listFieldMistakes(parsed.error.issues) };
  const row = toRow(parsed.data);
  const tooLarge = findSizeMistake(Object.values(row), maxImageBytes);
  return { row, mistakes: tooLarge ? [tooLarge] : [] };
}

function toRow(manifest: Manifest): ImageRow {
  const { uuid, name, version, owner, files, error } = manifest;
  return {
    uuid,
    name,
    version,
    os: manifest.os ?? null,
    type: manifest.type ?? null,
    requirements: toJson(manifest.requirements),
    image_size: manifest.image_size ?? null,
    description: manifest.description ?? null,
    files: toJson(files?.map(({ compression, sha1, size }) => omitUnset({ compression, sha1, size }))),
    tags: toJson(manifest.tags),
    homepage: manifest.homepage ?? null,
    published_at: manifest.published_at ?? null,
    owner,
    public: manifest.public ?? false,
    state: chooseState(manifest),
    eula: manifest.eula ?? null,
    acl: manifest.acl?.length ? toJson([...new Set(manifest.acl)]) : null,
    origin: manifest.origin ?? null,
    error: toJson(error && omitUnset({ code: error.code, message: error.message })),
  };
}

/** The state of a manifest, older ones without `state` included. docs/contract.md#visibility */
function chooseState({ state, disabled, activated }: Manifest): ImageRow["state"] {
  if (state) return state;
  if (disabled) return "disabled";
  return activated === false ? "unactivated" : "active";
}

const toJson = (value: object | null | undefined): string | null => (value ? JSON.stringify(value) : null);

const omitUnset = (all: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined));

/** A stored image as the manifest that `readManifest` makes the same row of. Unset fields are absent. */
export function manifestOf(row: ImageRow): JsonObject {
  return omitUnset({
    v: 2,
    ...row,
    requirements: parseJson(row.requirements),
    files: parseJson(row.files),
    tags: parseJson(row.tags),
    acl: parseJson(row.acl),
    error: parseJson(row.error),
  });
}

const parseJson = (json: string | null): unknown => (json === null ? null : JSON.parse(json));
