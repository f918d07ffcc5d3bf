import { generateKeyPairSync, sign } from "node:crypto";

/** The account that loads the service in the tests that start it, and its images. */
export const loader = { uuid: "aaaaaaaa-0000-4000-8000-000000000001", login: "loader" };

/** The id of the loader's image of this index. */
export const imageOf = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`;

const { privateKey, publicKey } = generateKeyPairSync("ed25519");

/** The OpenSSH line of the loader's key: SSH's wire form has two fields, each after its length. */
export function loaderKey(): string {
  const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const wire = [Buffer.from("ssh-ed25519"), point].flatMap((field) => [Buffer.of(0, 0, 0, field.length), field]);
  return `ssh-ed25519 ${Buffer.concat(wire).toString("base64")} loader`;
}

/** An answer over HTTP. */
export type LoaderAnswer = { status: number; headers: Headers; body: Record<string, unknown> };

/** Sends a request of the loader to the service on a port. */
export async function sendTo(port: number, path: string, init: RequestInit = {}): Promise<LoaderAnswer> {
  const date = new Date().toUTCString();
  const signature = sign(null, Buffer.from(`date: ${date}`), privateKey).toString("base64");
  const headers = {
    Date: date,
    Authorization: `Signature keyId="/loader/keys/loader",algorithm="ed25519-sha512",headers="date",signature="${signature}"`,
    ...(init.body && { "Content-Type": "application/json" }),
  };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** UpdateImage of the loader's image of this index. */
export const sendUpdate = (port: number, index: number, fields: object): Promise<LoaderAnswer> =>
  sendTo(port, `/my/images/${imageOf(index)}?action=update`, { method: "POST", body: JSON.stringify(fields) });
