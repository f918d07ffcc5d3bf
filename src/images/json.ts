import type { ImageRow } from "../db/outcome.ts";
import { hasStoredTypes, type Release } from "../http/api-version.ts";

type JsonObject = Record<string, unknown>;

/** The failures that are told with their own message; any other is InternalError (sdc-cloudapi lib/datasets.js). */
const toldErrors = new Set<unknown>(["PrepareImageDidNotRun", "VmHasNoOrigin", "NotSupported"]);

/**
 * A stored image as CloudAPI answers it: the keys of CONTRACT §7 in their order, unset ones absent.
 * The one place that renames (`uuid` → `id`).
 */
export function imageJson(row: ImageRow, release: Release): JsonObject {
  const all: JsonObject = {
    id: row.uuid,
    name: row.name,
    version: row.version,
    os: namedKind(row.os),
    requirements: requirementsJson(parsed(row.requirements)),
    type: typeFor(namedKind(row.type), release),
    image_size: row.type === "zvol" ? row.image_size : null,
    description: row.description || null,
    files: filesJson(row.files),
    tags: parsed(row.tags),
    homepage: row.homepage,
    published_at: row.published_at,
    owner: row.owner,
    public: row.public,
    state: row.state,
    eula: row.eula || null,
    acl: parsed(row.acl),
    origin: row.origin,
    error: row.state === "failed" ? errorJson(parsed(row.error)) : null,
  };
  return withoutUnset(all);
}

/** The names of the types before 8.0.0. An image that is being created has none yet. */
function typeFor(type: string | null, release: Release): string | null {
  if (type === null || hasStoredTypes(release)) return type;
  return type === "zvol" ? "virtualmachine" : "smartmachine";
}

/** IMGAPI writes the string "null" while it does not know yet. */
const namedKind = (kind: string | null): string | null => (kind === "null" || kind === "" ? null : kind);

/** Under its old and its new name; zero and empty values left out (sdc-cloudapi lib/datasets.js). */
function requirementsJson(requirements: unknown): JsonObject {
  const { max_ram, min_ram, brand, bootrom } = isObject(requirements) ? requirements : {};
  return withoutUnset({
    max_memory: max_ram || null,
    max_ram: max_ram || null,
    min_memory: min_ram || null,
    min_ram: min_ram || null,
    brand: brand || null,
    bootrom: bootrom || null,
  });
}

/** The first file only, as the published page has it. */
function filesJson(text: string | null): JsonObject[] | null {
  const files = parsed(text);
  const first: unknown = Array.isArray(files) ? files[0] : undefined;
  if (!isObject(first)) return null;
  const { compression, sha1, size } = first;
  return [withoutUnset({ compression, sha1, size })];
}

function errorJson(error: unknown): JsonObject | null {
  if (!isObject(error)) return null;
  const { code, message } = error;
  return toldErrors.has(code)
    ? withoutUnset({ code, message })
    : { code: "InternalError", message: "the image could not be created" };
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Runs for every image of a list: a loop, where entries and filters would make an array a field. */
function withoutUnset(all: JsonObject): JsonObject {
  const set: JsonObject = {};
  for (const name in all) {
    const value = all[name];
    if (value !== null && value !== undefined) set[name] = value;
  }
  return set;
}
