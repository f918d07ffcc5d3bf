import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came. */
export type Received = {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  rawHeaders: string[];
  body: string;
};

type Json = Record<string, unknown>;

/** Answers a request in place of the target, or returns false. */
export type Behaviour = (request: Received, response: ServerResponse) => boolean;

/** A CloudAPI as sdc-cloudapi is one, without ETags, that may behave as badly as a test asks. */
export class FakeTarget {
  readonly images = new Map<string, Json>();
  readonly received: Received[] = [];
  /** What becomes of a value that is stored. */
  store = (_field: string, value: unknown): unknown => value;
  behave: Behaviour = () => false;
  origin = "";
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (asked, response) => {
      const { method = "", url: path = "", headers, rawHeaders } = asked;
      const received = { method, path, headers, rawHeaders, body: (await asked.toArray()).join("") };
      this.received.push(received);
      if (!this.behave(received, response)) this.answer(received, response);
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // It listens on a port.
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** The updates that came. */
  get updates(): Json[] {
    return this.received.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body));
  }

  /** GetImage or UpdateImage. */
  answer({ method, path, body }: Received, response: ServerResponse): void {
    const [, id = ""] = /^\/my\/images\/([^/?]+)(?:\?action=update)?$/.exec(path) ?? [];
    const image = this.images.get(id);
    if (image && method === "POST") {
      for (const [field, value] of Object.entries(JSON.parse(body))) image[field] = this.store(field, value);
    }
    if (image) send(response, image);
    else send(response, { code: "ResourceNotFound", message: "image not found" }, { status: 404 });
  }
}

/** Answers with JSON. */
export const send = (response: ServerResponse, json: unknown, { status = 200, headers = {} } = {}): void => {
  response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(json));
};
