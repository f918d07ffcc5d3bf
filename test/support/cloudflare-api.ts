import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A database, as Cloudflare's API describes it. */
type Database = {
  uuid: string;
  name: string;
  num_tables: number;
  jurisdiction?: string;
  read_replication: { mode: string };
};

/**
 * Stands in for the few calls of Cloudflare's REST API that the first day makes, as its documentation describes them. What
 * Cloudflare itself would do with them, no test here shows.
 */
export class CloudflareApi {
  readonly account = "a".repeat(32);
  readonly databases: Database[] = [];
  /** The requests so far: `METHOD path body`. */
  readonly asked: string[] = [];
  /** Refuses the next PUT. */
  refusesPut = false;
  readonly #server = createServer(async (request, response) => {
    const answer = this.#answer(request, await text(request));
    response.writeHead(answer ? 200 : 403, { "Content-Type": "application/json" });
    const errors = answer ? [] : [{ code: 10000, message: "Authentication error" }];
    response.end(JSON.stringify({ success: answer !== undefined, result: answer ?? null, errors, messages: [] }));
  });

  async start(): Promise<string> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ method, url = "" }: IncomingMessage, body: string): unknown {
    this.asked.push(`${method} ${url} ${body}`.trim());
    const [, id] = /\/d1\/database\/([^/?]+)$/.exec(url) ?? [];
    const found = this.databases.find(({ uuid }) => uuid === id);
    if (url === "/accounts") return [{ id: this.account }];
    if (!url.startsWith(`/accounts/${this.account}/d1/database`)) return undefined;
    if (method === "POST") return this.#create(JSON.parse(body));
    if (method === "PUT" && found && !this.refusesPut) return Object.assign(found, JSON.parse(body));
    return method === "GET" ? (id === undefined ? this.databases : found) : undefined;
  }

  #create({ name, jurisdiction }: { name: string; jurisdiction?: string }): Database {
    const uuid = `c0ffee00-0000-4000-8000-${String(this.databases.length).padStart(12, "0")}`;
    const made = {
      uuid,
      name,
      num_tables: 0,
      ...(jurisdiction && { jurisdiction }),
      read_replication: { mode: "disabled" },
    };
    this.databases.push(made);
    return made;
  }
}
