import { generateKeyPairSync, sign } from "node:crypto";
import { type Answer, readAnswer } from "./answer.ts";
import { makeUuid } from "./uuids.ts";

/** The account of the tests that start the service and load it. */
export const loader = { uuid: "aaaaaaaa-0000-4000-8000-000000000001", login: "loader" };

const { privateKey, publicKey } = generateKeyPairSync("ed25519");

/** The OpenSSH line of the loader's key: SSH's wire form has two fields, each after its length. */
export function formatLoaderKey(): string {
  const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const wire = [Buffer.from("ssh-ed25519"), point].flatMap((field) => [Buffer.of(0, 0, 0, field.length), field]);
  return `ssh-ed25519 ${Buffer.concat(wire).toString("base64")} loader`;
}

/** A request of the loader, or of another account `as` which has the same key. */
type LoaderRequest = RequestInit & { as?: string };

/** A date and the Authorization over it. @param login of the account */
export function makeSignature(login = loader.login): { date: string; authorization: string } {
  const date = new Date().toUTCString();
  const signature = sign(null, Buffer.from(`date: ${date}`), privateKey).toString("base64");
  const authorization = `Signature keyId="/${login}/keys/loader",algorithm="ed25519-sha512",headers="date",signature="${signature}"`;
  return { date, authorization };
}

/** Sends a request of the loader to the service on a port. */
export async function sendTo(port: number, path: string, { as, ...init }: LoaderRequest = {}): Promise<Answer> {
  const { date, authorization } = makeSignature(as);
  const headers = {
    Date: date,
    Authorization: authorization,
    ...(init.body && { "Content-Type": "application/json" }),
  };
  return readAnswer(await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers }));
}

/** Updates the loader's image of this number. */
export const sendUpdate = (port: number, index: number, fields: object): Promise<Answer> =>
  sendTo(port, `/my/images/${makeUuid(index)}?action=update`, { method: "POST", body: JSON.stringify(fields) });
