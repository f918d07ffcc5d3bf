import { extname } from "node:path";
import { isObject } from "../../src/text.ts";

type JsonObject = Record<string, unknown>;

/** Where an entry came from: CloudAPI's lists, imgadm's `list -j`, `avail -j` and `get`, or a manifest of version 1. */
type Form = "cloudApi" | "imgadm" | "v1";

/** An entry as a manifest of version 2, the forms that it had, and the names of what stood around it. */
export type Converted = { entry: unknown; forms: readonly Form[]; around: readonly string[] };

/** Makes a manifest of version 2 of any form in which image tools write an image. Other values stay as they are. */
export function convertEntry(sent: unknown): Converted {
  if (isCloudApiImage(sent)) {
    const { id, ...rest } = sent;
    return { entry: { uuid: id, ...rest }, forms: ["cloudApi"], around: [] };
  }
  const isWrapped = isWrappedManifest(sent);
  const { manifest = sent, ...around } = isWrapped ? sent : {};
  const isOld = isV1(manifest);
  return {
    entry: isOld ? upgrade(manifest) : manifest,
    forms: [...(isWrapped ? ["imgadm" as const] : []), ...(isOld ? ["v1" as const] : [])],
    around: Object.keys(around),
  };
}

/** Whether the value is an image as CloudAPI answers it: its UUID is called `id`. */
export const isCloudApiImage = (entry: unknown): entry is JsonObject =>
  isObject(entry) && "id" in entry && !("uuid" in entry);

/** Whether the value is imgadm's `{"manifest": {…}, "zpool": …}`. */
export const isWrappedManifest = (entry: unknown): entry is JsonObject =>
  isObject(entry) && isObject(entry["manifest"]) && !("uuid" in entry);

/** DSAPI's manifests have no `v`, or 1, and name their owner `creator_uuid`. */
const isV1 = (manifest: unknown): manifest is JsonObject =>
  isObject(manifest) &&
  (manifest["v"] ?? 1) === 1 &&
  Boolean(manifest["creator_uuid"]) &&
  manifest["owner"] === undefined;

/** Upgrades a manifest of version 1 as IMGAPI does (node-imgmanifest, upgradeTo2). Other fields stay, to be reported. */
function upgrade(sent: JsonObject): JsonObject {
  const { creator_uuid, restricted_to_uuid, disabled, state: _, v: __, published_at, created_at, ...rest } = sent;
  const published = published_at || created_at;
  const access = restricted_to_uuid
    ? // Both at once contradict each other. The field stays, and is refused by name.
      rest["public"] === undefined
      ? { public: false, acl: [restricted_to_uuid] }
      : { restricted_to_uuid }
    : { public: true };
  return {
    ...rest,
    ...access,
    owner: creator_uuid,
    state: disabled ? "disabled" : "active",
    // Some have no seconds.
    ...(Boolean(published) && { published_at: String(published).replace(/(T\d\d:\d\d)Z$/, "$1:00Z") }),
    ...(Boolean(published_at) && created_at !== undefined && { created_at }),
    ...(Array.isArray(rest["files"]) && { files: rest["files"].map(addCompression) }),
  };
}

const compressions: Readonly<Record<string, string>> = { ".gz": "gzip", ".bz2": "bzip2" };

function addCompression(file: unknown): unknown {
  if (!isObject(file) || file["compression"]) return file;
  return { ...file, compression: compressions[extname(String(file["path"] || file["url"]))] ?? "none" };
}
