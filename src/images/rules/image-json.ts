import { hasStoredTypes, type Release } from "../../releases.ts";
import { isObject, JsonText } from "../../text.ts";
import type { ImageRow } from "../image-row.sql.ts";

type JsonObject = Record<string, unknown>;

/** Failures that keep their own message. Any other becomes InternalError (sdc-cloudapi lib/datasets.js). */
const shownErrors = new Set<unknown>(["PrepareImageDidNotRun", "VmHasNoOrigin", "NotSupported"]);

/** Holds the place of a stored JSON text. A text cannot be mistaken for it: its quotes are escaped. */
const placeholder = Number.MIN_VALUE;

/**
 * Writes a stored image as CloudAPI does: keys in a fixed order, unset ones absent, and `uuid` as `id`. Tags and acl are as they
 * were stored, neither parsed nor printed. docs/contract.md#image
 */
export function formatImage(row: ImageRow, release: Release): JsonText {
  const text = JSON.stringify({
    id: row.uuid,
    name: row.name,
    version: row.version,
    os: omitUnknown(row.os),
    requirements: renderRequirements(row.requirements),
    type: renderType(omitUnknown(row.type), release),
    image_size: row.type === "zvol" ? omitNull(row.image_size) : undefined,
    description: row.description || undefined,
    files: renderFiles(row.files),
    tags: row.tags === null ? undefined : placeholder,
    homepage: omitNull(row.homepage),
    published_at: omitNull(row.published_at),
    owner: row.owner,
    public: row.public,
    state: row.state,
    eula: row.eula || undefined,
    acl: row.acl === null ? undefined : placeholder,
    origin: omitNull(row.origin),
    error: row.state === "failed" ? renderError(parseJson(row.error)) : undefined,
  });
  // The client chose the tags: they go in last.
  const withAcl = text.replace(`"acl":${placeholder}`, () => `"acl":${row.acl}`);
  return new JsonText(withAcl.replace(`"tags":${placeholder}`, () => `"tags":${row.tags}`));
}

/** The same as an object. */
export const renderImage = (row: ImageRow, release: Release): JsonObject => JSON.parse(formatImage(row, release).text);

/** JSON leaves out what is undefined. */
const omitNull = <Value>(value: Value | null): Value | undefined => value ?? undefined;

/** Names the type as releases before 8.0.0 do. An image that is being created has no type yet. */
function renderType(type: string | undefined, release: Release): string | undefined {
  if (type === undefined || hasStoredTypes(release)) return type;
  return type === "zvol" ? "virtualmachine" : "smartmachine";
}

/** IMGAPI writes the string "null" for what it does not know yet. */
const omitUnknown = (kind: string | null): string | undefined => (kind === "null" ? undefined : kind || undefined);

/**
 * Each limit under its old and its new name, without zero and empty values (sdc-cloudapi lib/datasets.js). Old backups may
 * hold what provisioning refuses now, and what a typed client cannot read is left out.
 */
function renderRequirements(text: string | null): JsonObject {
  const requirements = parseJson(text);
  const { max_ram, min_ram, brand, bootrom } = isObject(requirements) ? requirements : {};
  const [max, min] = [max_ram, min_ram].map((ram) => (Number.isSafeInteger(ram) && Number(ram) > 0 ? ram : undefined));
  const [some, rom] = [brand, bootrom].map((name) => (typeof name === "string" && name) || undefined);
  return { max_memory: max, max_ram: max, min_memory: min, min_ram: min, brand: some, bootrom: rom };
}

/** Shows only the first file, as the published page does. */
function renderFiles(text: string | null): JsonObject[] | undefined {
  const files = parseJson(text);
  const first: unknown = Array.isArray(files) ? files[0] : undefined;
  if (!isObject(first)) return undefined;
  const { compression, sha1, size } = first;
  return [{ compression: omitNull(compression), sha1: omitNull(sha1), size: omitNull(size) }];
}

function renderError(error: unknown): JsonObject | undefined {
  if (!isObject(error)) return undefined;
  const { code, message } = error;
  return shownErrors.has(code)
    ? { code, message: omitNull(message) }
    : { code: "InternalError", message: "the image could not be created" };
}

const parseJson = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
