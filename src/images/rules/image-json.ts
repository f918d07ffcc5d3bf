import { hasStoredTypes, type Release } from "../../releases.ts";
import type { ImageRow } from "../image-row.sql.ts";

type JsonObject = Record<string, unknown>;

/** The failures that are shown with their own message; any other is shown as InternalError (sdc-cloudapi lib/datasets.js). */
const shownErrors = new Set<unknown>(["PrepareImageDidNotRun", "VmHasNoOrigin", "NotSupported"]);

/**
 * Renders a stored image as CloudAPI answers it: its keys in their fixed order, unset ones absent. docs/contract.md#image
 * The one place that renames (`uuid` → `id`).
 */
export function renderImage(row: ImageRow, release: Release): JsonObject {
  const all: JsonObject = {
    id: row.uuid,
    name: row.name,
    version: row.version,
    os: omitUnknown(row.os),
    requirements: renderRequirements(parseJson(row.requirements)),
    type: renderType(omitUnknown(row.type), release),
    image_size: row.type === "zvol" ? row.image_size : null,
    description: row.description || null,
    files: renderFiles(row.files),
    tags: parseJson(row.tags),
    homepage: row.homepage,
    published_at: row.published_at,
    owner: row.owner,
    public: row.public,
    state: row.state,
    eula: row.eula || null,
    acl: parseJson(row.acl),
    origin: row.origin,
    error: row.state === "failed" ? renderError(parseJson(row.error)) : null,
  };
  return omitUnset(all);
}

/** The names of the types before 8.0.0. An image that is being created has none yet. */
function renderType(type: string | null, release: Release): string | null {
  if (type === null || hasStoredTypes(release)) return type;
  return type === "zvol" ? "virtualmachine" : "smartmachine";
}

/** IMGAPI writes the string "null" while it does not know yet. */
const omitUnknown = (kind: string | null): string | null => (kind === "null" || kind === "" ? null : kind);

/** Under its old and its new name; zero and empty values left out (sdc-cloudapi lib/datasets.js). */
function renderRequirements(requirements: unknown): JsonObject {
  const { max_ram, min_ram, brand, bootrom } = isObject(requirements) ? requirements : {};
  return omitUnset({
    max_memory: max_ram || null,
    max_ram: max_ram || null,
    min_memory: min_ram || null,
    min_ram: min_ram || null,
    brand: brand || null,
    bootrom: bootrom || null,
  });
}

/** The first file only, as the published page has it. */
function renderFiles(text: string | null): JsonObject[] | null {
  const files = parseJson(text);
  const first: unknown = Array.isArray(files) ? files[0] : undefined;
  if (!isObject(first)) return null;
  const { compression, sha1, size } = first;
  return [omitUnset({ compression, sha1, size })];
}

function renderError(error: unknown): JsonObject | null {
  if (!isObject(error)) return null;
  const { code, message } = error;
  return shownErrors.has(code)
    ? omitUnset({ code, message })
    : { code: "InternalError", message: "the image could not be created" };
}

const parseJson = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Runs for every image of a list: a loop, where entries and filters would make an array a field. */
function omitUnset(all: JsonObject): JsonObject {
  const set: JsonObject = {};
  for (const name in all) {
    const value = all[name];
    if (value !== null && value !== undefined) set[name] = value;
  }
  return set;
}
