import { env } from "cloudflare:workers";
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Answer } from "./answer.ts";

/** As much of the OpenAPI document as the tests read. */
export type Document = {
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, DocumentedResponse> };
};

type DocumentedResponse = { $ref?: string; headers?: object; content?: Record<string, { schema: Schema }> };

type DocumentedOperation = {
  operationId: string;
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, DocumentedResponse>;
};

/** The document that is served, as the build makes it. */
export const documented: Document = JSON.parse(env.DOCUMENT);

/** Headers that HTTP itself, or the runtime, adds. */
const ownHeaders = new Set(["content-type", "content-length", "connection", "transfer-encoding"]);

/** Of a long list, so many entries are judged: they come from one function. */
const maxJudged = 20;

/** A path with a fragment is another operation of the same path, by its `action`. */
const templates = Object.keys(documented.paths)
  .filter((path) => !path.includes("#"))
  .map((path) => ({ path, parts: path.split("/") }));

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

/** Finds the operations that a request may be of: of those that share a path, the one of its `action`. */
export function findOperations({ method, url }: Pick<Request, "method" | "url">): DocumentedOperation[] {
  const [, rawPath = "", query] = /^https?:\/\/[^/]*(\/[^?]*)(?:\?(.*))?/.exec(url) ?? [];
  const path = findPath(rawPath);
  if (path === undefined) return [];
  const action = new URLSearchParams(query).get("action");
  const all = Object.keys(documented.paths).filter((other) => other === path || other.startsWith(`${path}#`));
  // Only POST has actions. One that the query does not have may be in the body.
  const chosen =
    action === null || method !== "POST" ? all : [all.find((other) => other.endsWith(`#action=${action}`)) ?? path];
  // The document leaves out HEAD, which the service answers as GET.
  const known = method === "HEAD" ? "get" : method.toLowerCase();
  return chosen.flatMap((one) => documented.paths[one]?.[known] ?? []);
}

/**
 * Fails the test when an answer is not one that the document has: its status, code, body and headers. Requests of paths
 * and methods that the service does not have are judged by their refusal alone.
 */
export function expectDocumented(request: Pick<Request, "method" | "url">, answer: Answer): void {
  const operations = findOperations(request);
  if (operations.length === 0) expectRefused(answer, `${request.method} ${request.url}`);
  const problems = operations.flatMap((operation) => findProblem(operation, answer) ?? []);
  if (problems.length === operations.length && problems[0] !== undefined) throw new Error(problems[0]);
}

/** Finds the answer of a status, where it is: at the operation, or in what operations share. */
export function findResponse({ responses }: DocumentedOperation, status: number): DocumentedResponse | undefined {
  const found = responses[status];
  return found?.$ref === undefined ? found : documented.components.responses[found.$ref.replace(/.*\//, "")];
}

/** Says what of an answer the document does not have at an operation; undefined if it has all of it. */
function findProblem(operation: DocumentedOperation, answer: Answer): string | undefined {
  const { status, headers, json } = answer;
  const code = typeof json === "object" && json !== null && "code" in json ? ` ${json.code}` : "";
  const what = `${operation.operationId} answered ${status}${code}`;
  const response = findResponse(operation, status);
  if (!response) return `${what}, which the document does not list`;
  const known = new Set(Object.keys(response.headers ?? {}).map((name) => name.toLowerCase()));
  const unknown = [...headers.keys()].filter((name) => !known.has(name) && !ownHeaders.has(name));
  if (unknown.length > 0) return `${what} with headers that the document does not list: ${unknown.join(", ")}`;
  const schema = response.content?.["application/json"]?.schema;
  if (json === undefined) return undefined;
  if (!schema) return `${what} with a body, which the document does not list`;
  const chosen = chooseRelease(schema, answer);
  const { valid, errors } = findValidator(`${operation.operationId} ${status} ${chosen.$ref ?? ""}`, chosen).validate(
    Array.isArray(json) ? json.slice(0, maxJudged) : json,
  );
  return valid ? undefined : `${what} with another body than the document's: ${JSON.stringify(errors.slice(-3))}`;
}

function expectRefused({ status, json }: Answer, what: string): void {
  if (status === 204 || status >= 400) return;
  throw new Error(`${what} answered ${status} ${JSON.stringify(json)}, and the document has no such path`);
}
