import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { CloudApiError } from "../errors.ts";

/** Whether the service reads the body of a request of this method. docs/contract.md#body */
export const readsBody = (method: string): boolean => method === "POST" || method === "PUT";

/** The most bytes of a request body, inclusive. docs/contract.md#body */
const maxBodyBytes = 100_000;

const noBody = new Uint8Array();

/**
 * Reads the body of a POST or PUT, up to the limit. Bodies of other methods are not read.
 *
 * @throws {CloudApiError} RequestTooLarge; BadRequest when the upload breaks off
 */
export const readBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("body", readsBody(c.req.method) ? await readBounded(c.req.raw).catch(refuseBroken) : noBody);
  await next();
};

/** The client broke off its upload: no answer reaches the client, but the log has the reason. */
function refuseBroken(error: unknown): never {
  if (error instanceof CloudApiError) throw error;
  throw new CloudApiError("BadRequest", "the request body broke off", { reason: "aborted", cause: error });
}

async function readBounded(request: Request): Promise<Uint8Array> {
  const declared = request.headers.get("Content-Length");
  if (Number(declared ?? 0) > maxBodyBytes) throw makeTooLarge();
  if (request.body === null) return noBody;
  // HTTP enforces a declared length. Reading in one piece costs a tenth of reading a stream.
  if (declared !== null) return checkLength(await request.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > maxBodyBytes) throw makeTooLarge();
    chunks.push(chunk);
  }
  return join(chunks, length);
}

function checkLength(body: ArrayBuffer): Uint8Array {
  if (body.byteLength > maxBodyBytes) throw makeTooLarge();
  return new Uint8Array(body);
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const makeTooLarge = (): CloudApiError =>
  new CloudApiError("RequestTooLarge", `the request body is over ${maxBodyBytes} bytes`);
