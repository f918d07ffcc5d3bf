import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type Answer, readAnswer } from "./answer.ts";
import { formatSshLine } from "./ssh-lines.ts";

/** A date and the Authorization over it. */
export type DateSignature = { date: string; authorization: string };

/** A request to the service on a port of this machine. */
export type PortRequest = { port: number; login: string; path: string } & RequestInit;

/** A throwaway Ed25519 key under the name that it has on its account. It signs requests as `triton` does. */
export class Ed25519Key {
  readonly name: string;
  /** The public half as OpenSSH writes it. */
  readonly publicLine: string;
  readonly #privateKey: KeyObject;

  constructor(name: string) {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    this.name = name;
    this.publicLine = formatSshLine("ssh-ed25519", [point], name);
    this.#privateKey = privateKey;
  }

  /** The private half: PEM. */
  get file(): string {
    return this.#privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  }

  /** Signs the date of now for an account that has the key. */
  signDate(login: string): DateSignature {
    const date = new Date().toUTCString();
    const signature = sign(null, Buffer.from(`date: ${date}`), this.#privateKey).toString("base64");
    const authorization = `Signature keyId="/${login}/keys/${this.name}",algorithm="ed25519-sha512",headers="date",signature="${signature}"`;
    return { date, authorization };
  }

  /** Sends a signed request; a body is JSON. */
  async send({ port, login, path, ...init }: PortRequest): Promise<Answer> {
    const { date, authorization } = this.signDate(login);
    const headers = new Headers(init.headers);
    headers.set("Date", date);
    headers.set("Authorization", authorization);
    if (init.body) headers.set("Content-Type", "application/json");
    return readAnswer(await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers }));
  }
}
