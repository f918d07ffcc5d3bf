import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { toSshWire } from "../scripts/starting/ssh-wire.ts";
import { caller, imageOf } from "./caller.ts";

/** What is sent: updates by either key, gets, the list of all that the caller sees, and the context of the floor. */
export const kinds = ["update-rsa", "update-ed25519", "get", "list"] as const;
export type Kind = (typeof kinds)[number];

/** A key that signs, of the caller or of another login: PEM, so that another program can have it. */
export type SigningKey = { name: string; pem: string; algorithm: string; login?: string };

/** Two throwaway keys, named as their algorithm. */
export function makeKeys(): SigningKey[] {
  const pem = ({ privateKey }: { privateKey: KeyObject }) =>
    String(privateKey.export({ type: "pkcs8", format: "pem" }));
  return [
    { name: "rsa", algorithm: "rsa-sha256", pem: pem(generateKeyPairSync("rsa", { modulusLength: 2048 })) },
    { name: "ed25519", algorithm: "ed25519-sha512", pem: pem(generateKeyPairSync("ed25519")) },
  ];
}

/** The OpenSSH line of a key. */
export function formatPublicLine({ name, pem }: SigningKey): string {
  const { type, wire } = toSshWire(pem);
  return `${type} ${wire.toString("base64")} ${name}`;
}

/** A request as it goes out. */
export type Outgoing = { method: string; path: string; headers: Record<string, string>; body?: string };

/**
 * A request of a kind, signed.
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

/** The key that signs a kind. */
export const chooseKey = (kind: Kind): string => (kind === "update-ed25519" ? "ed25519" : "rsa");

let signed: { date: string; signer: string; headers: Record<string, string> } | undefined;

/** Signed anew each second: clients honestly repeat a signature within one. */
function makeSignedHeaders({ name, pem, algorithm, login = caller.login }: SigningKey): Record<string, string> {
  const date = new Date().toUTCString();
  const signer = `${login}/${name}`;
  if (signed?.date !== date || signed.signer !== signer) {
    const signature = sign(name === "rsa" ? "sha256" : null, Buffer.from(`date: ${date}`), pem).toString("base64");
    const authorization = `Signature keyId="/${login}/keys/${name}",algorithm="${algorithm}",headers="date",signature="${signature}"`;
    signed = { date, signer, headers: { Date: date, Authorization: authorization, Accept: "application/json" } };
  }
  return signed.headers;
}
