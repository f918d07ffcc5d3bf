import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type Answer, readAnswer } from "./answer.ts";
import type { Window } from "./chromium.ts";
import { formatSshLine } from "./ssh-lines.ts";

/** An account with an Ed25519 key, who signs in to the console, and who sends requests as any client does. */
export class Person {
  readonly uuid: string;
  readonly login: string;
  /** The account as `npm run provision` takes it. */
  readonly account: { uuid: string; login: string; keys: { name: string; key: string }[]; operator?: true };
  /** The private key file: PEM. */
  readonly keyFile: string;
  readonly #key: KeyObject;

  constructor(uuid: string, login: string, { isOperator = false } = {}) {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const point = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const key = formatSshLine("ssh-ed25519", [point], login);
    this.uuid = uuid;
    this.login = login;
    this.account = { uuid, login, keys: [{ name: "file", key }], ...(isOperator && { operator: true }) };
    this.keyFile = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    this.#key = privateKey;
  }

  /** Signs in through the form, and waits for the list of images. @param origin another than the window's */
  async signIn({ page }: Window, origin = ""): Promise<void> {
    await page.goto(`${origin}/--console/#/images`);
    const form = page.locator("form", { hasText: "With your key file" });
    await form.getByLabel("Login").fill(this.login);
    await form.getByLabel("Private key file").setInputFiles({
      name: "id_ed25519",
      mimeType: "application/octet-stream",
      buffer: Buffer.from(this.keyFile),
    });
    await form.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Images", exact: true }).waitFor();
  }

  /** Sends a signed request to the service on a port, as another client would. */
  async send(
    port: number,
    path: string,
    { body, ...init }: { method?: string; body?: object; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const date = new Date().toUTCString();
    const signature = sign(null, Buffer.from(`date: ${date}`), this.#key).toString("base64");
    const headers = {
      Date: date,
      Authorization: `Signature keyId="/${this.login}/keys/file",algorithm="ed25519-sha512",headers="date",signature="${signature}"`,
      "Api-Version": "~9",
      ...(body && { "Content-Type": "application/json" }),
      ...init.headers,
    };
    return readAnswer(
      await fetch(`http://127.0.0.1:${port}${path}`, {
        method: init.method ?? "GET",
        headers,
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  }
}
