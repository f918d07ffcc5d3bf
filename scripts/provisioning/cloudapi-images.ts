type JsonObject = Record<string, unknown>;

/** How many images of a file were CloudAPI's, and how many of those lacked each field that an answer shows. */
export type FromCloudApi = { images: number; without: ReadonlyMap<string, number> };

/** What CloudAPI shows of every image; the rest is absent where it is not set. */
const shown = ["state", "type", "os", "requirements", "files", "published_at", "public"] as const;

/**
 * Images as ListImages answers them, and with it `triton image ls -j`, as manifests: `id` is what a manifest calls `uuid`.
 * Entries of another form stay as they are.
 */
export function readCloudApiImages(entries: readonly unknown[]): { entries: unknown[]; fromCloudApi: FromCloudApi } {
  const without = new Map<string, number>();
  let images = 0;
  const manifests = entries.map((entry) => {
    if (!isCloudApiImage(entry)) return entry;
    images += 1;
    for (const field of shown.filter((name) => (entry[name] ?? null) === null))
      without.set(field, (without.get(field) ?? 0) + 1);
    const { id, ...rest } = entry;
    return { uuid: id, ...rest };
  });
  return { entries: manifests, fromCloudApi: { images, without } };
}

/** Whether it is an object that names an image as CloudAPI does. */
export const isCloudApiImage = (entry: unknown): entry is JsonObject =>
  typeof entry === "object" && entry !== null && "id" in entry && !("uuid" in entry);

/** CloudAPI before 8.0.0 has two types for all: which of them is stored cannot be told. */
export const findOldTypeMistake = (type: unknown): string[] =>
  type === "smartmachine" || type === "virtualmachine"
    ? [`type is "${type}", which CloudAPI before 8.0.0 says of several types; list the images with Api-Version: ~9`]
    : [];
