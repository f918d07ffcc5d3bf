/** A digest of the body, as a header has it. */
export type BodyDigest = { algorithm: "SHA-256" | "SHA-512"; base64: string };

/** A list of `NAME=VALUE`. Each pattern matches one item. */
const readList = (item: RegExp) => (value: string) =>
  value.split(",").flatMap((text) => {
    const [, name, base64] = item.exec(text) ?? [];
    return name && base64 ? [{ algorithm: name.toUpperCase() as BodyDigest["algorithm"], base64 }] : [];
  });

/** RFC 9530: `sha-256=:BASE64:`. */
const readDictionary = readList(/^\s*(sha-256|sha-512)=:([^:]*):\s*$/);

/** The headers that hold digests of the body, and how to read them. A digest by another algorithm is left out. */
const digestReaders: Readonly<Record<string, (value: string) => BodyDigest[]>> = {
  // RFC 3230
  digest: readList(/^\s*(sha-256|sha-512)=(\S+)\s*$/i),
  "content-digest": readDictionary,
  "repr-digest": readDictionary,
  "x-content-sha256": (value) => [{ algorithm: "SHA-256", base64: value.trim() }],
};

/** Whether the header holds digests of the body. @param name in lower case */
export const isDigestHeader = (name: string): boolean => Object.hasOwn(digestReaders, name);

/** Reads the digests of a header. None: it holds none by an algorithm of {@link BodyDigest}. */
export const readDigests = (name: string, value: string): BodyDigest[] => digestReaders[name]?.(value) ?? [];
