import { env } from "cloudflare:workers";
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Answer } from "./answer.ts";

/** As much of the OpenAPI document as the tests read. */
export type Document = {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, unknown> };
};

type DocumentedOperation = {
  operationId: string;
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { headers?: object; content?: Record<string, { schema: Schema }> }>;
};

/** The document that is served, as the build makes it. */
export const documented: Document = JSON.parse(env.DOCUMENT);

/** Headers that HTTP itself, or the runtime, adds. */
const ownHeaders = new Set(["content-type", "content-length", "connection", "transfer-encoding"]);

/** Of a long list, so many entries are judged: they come from one function. */
const maxJudged = 20;

const templates = Object.keys(documented.paths).map((path) => ({ path, parts: path.split("/") }));

/** The path of the document that a request names, literally before by its parameters; undefined where it names none. */
export function findPath(pathname: string): string | undefined {
  const parts = pathname.split("/").map(decode);
  if (pathname in documented.paths) return pathname;
  return templates.find(
    (template) =>
      template.parts.length === parts.length &&
      template.parts.every((part, at) => (part.startsWith("{") ? parts[at] !== "" : part === parts[at])),
  )?.path;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const validators = new Map<string, Validator>();

/** Made once for each schema: its references are looked up in the components of the document. */
function findValidator(name: string, schema: Schema): Validator {
  const known = validators.get(name);
  if (known) return known;
  const made = new Validator({ ...schema, components: documented.components }, "2020-12", true);
  validators.set(name, made);
  return made;
}

/** An image is judged by the schema of the release that answered. */
function chooseRelease(schema: Schema, { headers }: Answer): Schema {
  const choices: Schema[] = schema.anyOf ?? [];
  if (!choices.some(({ $ref = "" }) => $ref.endsWith("Before8"))) return schema;
  const isBefore8 = Number.parseInt(headers.get("X-Api-Version") ?? "", 10) < 8;
  return choices.find(({ $ref = "" }) => $ref.endsWith("Before8") === isBefore8) ?? schema;
}

/**
 * Fails the test when an answer is not one that the document has: its status, code, body and headers. Requests of paths
 * and methods that the service does not have are judged by their refusal alone.
 */
export function expectDocumented({ method, url }: Pick<Request, "method" | "url">, answer: Answer): void {
  const [, rawPath = ""] = /^https?:\/\/[^/]*(\/[^?]*)/.exec(url) ?? [];
  const path = findPath(rawPath);
  const operation = path && documented.paths[path]?.[method.toLowerCase()];
  if (!operation) {
    expectRefused(answer, `${method} ${rawPath}`);
    return;
  }
  const { status, headers, json } = answer;
  const code = typeof json === "object" && json !== null && "code" in json ? ` ${json.code}` : "";
  const what = `${operation.operationId} answered ${status}${code}`;
  const response = operation.responses[status];
  if (!response) throw new Error(`${what}, which the document does not list`);
  const known = new Set(Object.keys(response.headers ?? {}).map((name) => name.toLowerCase()));
  const unknown = [...headers.keys()].filter((name) => !known.has(name) && !ownHeaders.has(name));
  if (unknown.length > 0)
    throw new Error(`${what} with headers that the document does not list: ${unknown.join(", ")}`);
  const schema = response.content?.["application/json"]?.schema;
  if (json === undefined) return;
  if (!schema) throw new Error(`${what} with a body, which the document does not list`);
  const chosen = chooseRelease(schema, answer);
  const { valid, errors } = findValidator(`${operation.operationId} ${status} ${chosen.$ref ?? ""}`, chosen).validate(
    Array.isArray(json) ? json.slice(0, maxJudged) : json,
  );
  if (!valid) throw new Error(`${what} with another body than the document's: ${JSON.stringify(errors.slice(-3))}`);
}

function expectRefused({ status, json }: Answer, what: string): void {
  if (status === 204 || status >= 400) return;
  throw new Error(`${what} answered ${status} ${JSON.stringify(json)}, and the document has no such path`);
}
