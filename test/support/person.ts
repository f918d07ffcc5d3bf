import type { Answer } from "./answer.ts";
import type { Window } from "./chromium.ts";
import { Ed25519Key } from "./ed25519-key.ts";

/** An account with an Ed25519 key, who signs in to the console, and who sends requests as any client does. */
export class Person {
  readonly uuid: string;
  readonly login: string;
  /** The account as `npm run provision` takes it. */
  readonly account: { uuid: string; login: string; keys: { name: string; key: string }[]; operator?: true };
  readonly #key: Ed25519Key;

  /** @param keyName of the key, where the account has others beside it */
  constructor(uuid: string, login: string, { isOperator = false, keyName = "file" } = {}) {
    this.#key = new Ed25519Key(keyName);
    this.uuid = uuid;
    this.login = login;
    const keys = [{ name: keyName, key: this.#key.publicLine }];
    this.account = { uuid, login, keys, ...(isOperator && { operator: true }) };
  }

  /** The private key file: PEM. */
  get keyFile(): string {
    return this.#key.file;
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
  send(
    port: number,
    path: string,
    { body, headers, method = "GET" }: { method?: string; body?: object; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    return this.#key.send({
      port,
      login: this.login,
      path,
      method,
      headers: { "Api-Version": "~9", ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}
