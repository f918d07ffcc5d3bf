import { createServer, request, type Server } from "node:http";
import { findFreePort } from "../../scripts/running/address.ts";

/** What becomes of one request: it is answered, done but its answer is lost, or answered by the proxy alone. */
export type Fate = "answered" | "answer lost" | { status: number; headers?: Record<string, string> };

/** Stands before the service as a bad network does. */
export class LosingProxy {
  /** What becomes of the next requests, in order; those after them are answered. */
  fates: Fate[] = [];
  /** When each request came, ms, and its Idempotency-Key. */
  readonly seen: { at: number; key: string | undefined }[] = [];
  origin = "";
  readonly #server: Server;

  constructor(servicePort: number) {
    this.#server = createServer((asked, answer) => {
      this.seen.push({ at: Date.now(), key: asked.headersDistinct["idempotency-key"]?.[0] });
      const fate = this.fates.shift() ?? "answered";
      if (typeof fate === "object") return answer.writeHead(fate.status, fate.headers).end("<html>");
      const { method, url, headers } = asked;
      const passed = request({ host: "127.0.0.1", port: servicePort, method, path: url, headers }, (done) => {
        if (fate === "answer lost") return done.resume().on("end", () => answer.destroy());
        answer.writeHead(done.statusCode ?? 500, done.headers);
        return done.pipe(answer);
      });
      return asked.pipe(passed);
    });
  }

  async start(): Promise<void> {
    const port = await findFreePort();
    await new Promise<void>((done) => this.#server.listen(port, "127.0.0.1", done));
    this.origin = `http://127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
