import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** The account that sends the requests. */
export const caller = { uuid: "aaaaaaaa-0000-4000-8000-000000000001", login: "bench" };

/** How many images the caller sees. */
export const visibleImages = 200;

/** The id of the caller's image of this index. */
export const imageOf = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`;

/** The kinds of request: updates signed by either key, GetImage, and ListImages of all that the caller sees. */
export const kinds = ["update-rsa", "update-ed25519", "get", "list"] as const;
export type Kind = (typeof kinds)[number];

/** A private key in PEM, named as its account names it. The account is the caller unless `login` says otherwise. */
export type SigningKey = { name: "rsa" | "ed25519"; pem: string; login?: string };

/** The private half of a key pair in PEM. */
export const toPem = ({ privateKey }: { privateKey: KeyObject }): string =>
  String(privateKey.export({ type: "pkcs8", format: "pem" }));

/** Makes two throwaway keys. */
export function makeKeys(): [rsa: SigningKey, ed25519: SigningKey] {
  return [
    { name: "rsa", pem: toPem(generateKeyPairSync("rsa", { modulusLength: 2048 })) },
    { name: "ed25519", pem: toPem(generateKeyPairSync("ed25519")) },
  ];
}

/** A request as it goes out. */
export type Outgoing = { method: string; path: string; headers: Record<string, string>; body?: string };

/**
 * Makes a signed request.
 *
 * @param lane the connection: each updates an image of its own
 * @param serial makes the update differ from the one before
 */
export function makeSignedRequest(
  kind: Kind,
  key: SigningKey,
  { lane, serial }: { lane: number; serial: number },
): Outgoing {
  const image = `/my/images/${imageOf(lane)}`;
  const headers = makeSignedHeaders(key);
  if (kind === "get") return { method: "GET", path: image, headers };
  if (kind === "list") return { method: "GET", path: "/my/images", headers };
  const body = JSON.stringify({ name: `name-${lane}-${serial}` });
  const bodyHeaders = { "Content-Type": "application/json", "Content-Length": String(body.length) };
  return { method: "POST", path: `${image}?action=update`, headers: { ...headers, ...bodyHeaders }, body };
}

/** Chooses the key that signs a kind. @throws {Error} it is missing */
export function chooseKey(kind: Kind, keys: readonly SigningKey[]): SigningKey {
  const key = keys.find(({ name }) => name === (kind === "update-ed25519" ? "ed25519" : "rsa"));
  if (!key) throw new Error(`no key signs ${kind}`);
  return key;
}

let signed: { date: string; signer: string; headers: Record<string, string> } | undefined;

/** Signs once a second: clients too repeat a signature within one. */
function makeSignedHeaders({ name, pem, login = caller.login }: SigningKey): Record<string, string> {
  const date = new Date().toUTCString();
  const signer = `${login}/${name}`;
  if (signed?.date !== date || signed.signer !== signer) {
    const [algorithm, hash] =
      name === "rsa" ? (["rsa-sha256", "sha256"] as const) : (["ed25519-sha512", null] as const);
    const signature = sign(hash, Buffer.from(`date: ${date}`), pem).toString("base64");
    const authorization = `Signature keyId="/${login}/keys/${name}",algorithm="${algorithm}",headers="date",signature="${signature}"`;
    signed = { date, signer, headers: { Date: date, Authorization: authorization, Accept: "application/json" } };
  }
  return signed.headers;
}
