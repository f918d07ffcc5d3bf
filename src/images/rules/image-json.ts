import { hasStoredTypes, type Release } from "../../releases.ts";
import { isObject, JsonText } from "../../text.ts";
import type { ImageRow } from "../image-row.sql.ts";

type JsonObject = Record<string, unknown>;

/** Failures that keep their own message. Any other becomes InternalError (sdc-cloudapi lib/datasets.js). */
const shownErrors = new Set<unknown>(["PrepareImageDidNotRun", "VmHasNoOrigin", "NotSupported"]);

/** The keys of an image in their order, around its two long texts. Null: unset. Only here `uuid` becomes `id`. */
const renderParts = (row: ImageRow, release: Release): readonly JsonObject[] => [
  {
    id: row.uuid,
    name: row.name,
    version: row.version,
    os: omitUnknown(row.os),
    requirements: renderRequirements(parseJson(row.requirements)),
    type: renderType(omitUnknown(row.type), release),
    image_size: row.type === "zvol" ? row.image_size : null,
    description: row.description || null,
    files: renderFiles(row.files),
  },
  {
    homepage: row.homepage,
    published_at: row.published_at,
    owner: row.owner,
    public: row.public,
    state: row.state,
    eula: row.eula || null,
  },
  { origin: row.origin, error: row.state === "failed" ? renderError(parseJson(row.error)) : null },
];

/** Renders a stored image as CloudAPI does: keys in a fixed order, unset ones absent. docs/contract.md#image */
export function renderImage(row: ImageRow, release: Release): JsonObject {
  const [first, second, third] = renderParts(row, release);
  return omitUnset({ ...first, tags: parseJson(row.tags), ...second, acl: parseJson(row.acl), ...third });
}

/** The same as text: tags and acl are as they were stored, neither parsed nor printed. */
export function formatImage(row: ImageRow, release: Release): JsonText {
  const [first = "", second = "", third = ""] = renderParts(row, release).map(formatKeys);
  const tags = row.tags === null ? "" : `,"tags":${row.tags}`;
  const acl = row.acl === null ? "" : `,"acl":${row.acl}`;
  return new JsonText(`{${first}${tags},${second}${acl}${third && `,${third}`}}`);
}

/** An object's JSON without its braces. */
const formatKeys = (part: JsonObject): string => JSON.stringify(omitUnset(part)).slice(1, -1);

/** Names the type as releases before 8.0.0 do. An image that is being created has no type yet. */
function renderType(type: string | null, release: Release): string | null {
  if (type === null || hasStoredTypes(release)) return type;
  return type === "zvol" ? "virtualmachine" : "smartmachine";
}

/** IMGAPI writes the string "null" for what it does not know yet. */
const omitUnknown = (kind: string | null): string | null => (kind === "null" || kind === "" ? null : kind);

/**
 * Each limit under its old and its new name, without zero and empty values (sdc-cloudapi lib/datasets.js). Old backups may
 * hold what provisioning refuses now, and what a typed client cannot read is left out.
 */
function renderRequirements(requirements: unknown): JsonObject {
  const { max_ram, min_ram, brand, bootrom } = isObject(requirements) ? requirements : {};
  const [max, min] = [max_ram, min_ram].map((ram) => (Number.isSafeInteger(ram) && Number(ram) > 0 ? ram : null));
  const [some, rom] = [brand, bootrom].map((name) => (typeof name === "string" && name) || null);
  return omitUnset({ max_memory: max, max_ram: max, min_memory: min, min_ram: min, brand: some, bootrom: rom });
}

/** Shows only the first file, as the published page does. */
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

/** Runs for every image of a list. A loop: entries and filters would make an array for each field. */
function omitUnset(all: JsonObject): JsonObject {
  const set: JsonObject = {};
  for (const name in all) {
    const value = all[name];
    if (value !== null && value !== undefined) set[name] = value;
  }
  return set;
}
