import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorStatus } from "../../src/errors.ts";
import { answerSchemas, commonHeaders, headers } from "./answers.ts";
import { makeCodeSamples } from "./code-samples.ts";
import { errorSentences } from "./error-sentences.ts";
import { type Exchange, examples } from "./examples.ts";
import { type Json, refer, toObject } from "./json.ts";
import { type ErrorCode, type OperationRow, operations, signed, unsigned, withBody } from "./operations.ts";
import { parameters } from "./parameters.ts";
import { requestSchemas } from "./request-schemas.ts";

const { version }: { version: string } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"),
);

/** Makes the OpenAPI 3.1 document from the tables and schemas that the service runs on. */
export function makeDocument(): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "cloudapi-edge",
      version,
      summary: "Triton CloudAPI's image endpoints at the edge.",
      description:
        "Requests are signed with a key of the account (HTTP Signature). Every difference from CloudAPI is in the project's docs/differences.md; the rules behind this document are in docs/contract.md.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The service that serves this document." }],
    security: [{ signature: [] }],
    tags: [
      { name: "Images", description: "Images, their edits and their history." },
      { name: "Grants", description: "Who an image is shared with." },
      { name: "Tags", description: "Tags one by one." },
      { name: "Account", description: "The account and its keys." },
      { name: "Service", description: "Whether the service runs." },
    ],
    paths: makePaths(),
    components: {
      securitySchemes: {
        signature: {
          type: "http",
          scheme: "Signature",
          description:
            'HTTP Signature (draft-cavage): `Authorization: Signature keyId="/LOGIN/keys/FINGERPRINT",algorithm="rsa-sha256",headers="date",signature="BASE64"` over `date: …`. RSA, ECDSA and Ed25519.',
        },
      },
      schemas: { ...answerSchemas, ...requestSchemas },
      parameters,
      headers,
    },
  };
}

function makePaths(): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [tag, rows] of Object.entries(operations)) {
    for (const row of rows) {
      const [method = "", path = ""] = row.request.split(" ");
      const operation = makeOperation(row, { tag, path });
      paths[path] = {
        ...paths[path],
        [method]: operation,
        ...(method === "get" && { head: makeHead(row, operation) }),
      };
    }
  }
  return paths;
}

/** Headers that any request may have. */
const commonParameters = ["Accept-Version", "Api-Version", "X-Api-Version", "Request-Id", "X-Request-Id"];
const signedParameters = ["Date", "X-Date", "Digest"];

function makeOperation(row: OperationRow, { tag, path }: { tag: string; path: string }): Json {
  const isSigned = tag !== "Service";
  const names = new Set([
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name),
    ...(row.parameters ?? []),
    ...commonParameters,
    ...(isSigned ? signedParameters : []),
    ...(row.body ? ["Content-MD5"] : []),
  ]);
  const codes = [...(isSigned ? signed : unsigned), ...(row.body ? withBody : []), ...(row.errors ?? [])];
  return {
    operationId: row.operations.join("_"),
    tags: [tag],
    summary: row.summary,
    description: row.description,
    ...(!isSigned && { security: [] }),
    parameters: [...names].map((name) => refer("parameters", name)),
    ...(row.body && { requestBody: makeBody(row.body, row) }),
    responses: { ...makeSuccesses(row), ...makeRefusals(row, codes) },
    "x-codeSamples": row.operations.flatMap((name) => makeCodeSamples(name, examples[name])),
  };
}

function makeBody(names: readonly string[], row: OperationRow): Json {
  const schema = chooseAny(names.map((name) => refer("schemas", name)));
  // A refused body is no example.
  const examples = makeExamples(row, ({ body, status }) => (status < 400 ? body : undefined));
  const form = { type: "object" };
  return {
    description: "JSON, or the same values as a form.",
    required: false,
    content: {
      "application/json": { schema, ...examples },
      "application/x-www-form-urlencoded": { schema: form },
      "multipart/form-data": { schema: { ...form, propertyNames: { minLength: 1 } } },
    },
  };
}

/** Makes HEAD of a path: GET's answers without their bodies. */
function makeHead(row: OperationRow, get: Json): Json {
  const { "x-codeSamples": _, responses, ...operation } = get;
  const answers = Object.entries(toObject(responses)).map(([status, answer]) => {
    const { content: _, ...bare } = toObject(answer);
    return [status, bare];
  });
  return {
    ...operation,
    operationId: `Head${row.operations.join("_").replace(/^(?:List|Get)/, "")}`,
    summary: `${row.summary}: headers alone`,
    description: "The headers of GET, without a body.",
    responses: Object.fromEntries(answers),
  };
}

/** Makes the examples of a row, by operation and title. @param pick returns undefined to leave an exchange out */
function makeExamples({ operations }: OperationRow, pick: (exchange: Exchange) => unknown): Json {
  const picked = operations.flatMap((operation) =>
    examples[operation].flatMap((exchange) => {
      const value = pick(exchange);
      return value === undefined ? [] : [[`${operation}: ${exchange.title}`, { value }] as const];
    }),
  );
  return picked.length > 0 ? { examples: Object.fromEntries(picked) } : {};
}

/** Makes the examples of one status. */
const makeAnswerExamples = (row: OperationRow, status: number): Json =>
  makeExamples(row, (exchange) => (exchange.status === status ? exchange.answer : undefined));

const referHeaders = (names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, refer("headers", name)]));

const bodyHeaders = ["Content-MD5", "Content-Length"];

/** Returns a single schema unchanged, else anyOf. */
const chooseAny = (schemas: readonly Json[]): unknown => (schemas.length === 1 ? schemas[0] : { anyOf: schemas });

const makeContent = (schemas: readonly Json[], examples: Json): Json => ({
  "application/json": { schema: chooseAny(schemas), ...examples },
});

const makeSuccesses = (row: OperationRow): Json =>
  Object.fromEntries(
    row.answers.map(({ status, schemas, headers: own = [], description }) => [
      String(status),
      {
        description,
        headers: referHeaders([...commonHeaders, ...(schemas.length > 0 ? bodyHeaders : []), ...own]),
        ...(schemas.length > 0 && {
          content: makeContent(
            schemas.map((name) => refer("schemas", name)),
            makeAnswerExamples(row, status),
          ),
        }),
      },
    ]),
  );

/** Headers of some refusals. */
const refusalHeaders: Readonly<Record<number, readonly string[]>> = {
  401: ["WWW-Authenticate"],
  405: ["Allow"],
  410: ["Oldest-Cursor"],
  412: ["ETag"],
  429: ["Retry-After", "RateLimit-Policy"],
  503: ["Retry-After"],
};

/** Makes the refusals of an operation, one for each status, with the codes that it can have. */
function makeRefusals(row: OperationRow, codes: readonly ErrorCode[]): Json {
  // Any path refuses some methods.
  const all = [...new Set<ErrorCode>([...codes, "MethodNotAllowedError"])];
  const own = new Set(row.answers.map(({ status }) => status));
  return Object.fromEntries(
    [...Map.groupBy(all, (code) => errorStatus[code])]
      .filter(([status]) => !own.has(status))
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `**${code}**: ${errorSentences[code]}`).join("\n\n"),
          headers: referHeaders([
            ...commonHeaders,
            ...bodyHeaders,
            "Dry-Run",
            "Ignored-Parameters",
            ...(refusalHeaders[status] ?? []),
          ]),
          content: makeContent(codes.map(makeRefusal), makeAnswerExamples(row, status)),
        },
      ]),
  );
}

const makeRefusal = (code: ErrorCode): Json =>
  code === "ValidationFailed"
    ? refer("schemas", "FieldErrors")
    : { allOf: [refer("schemas", "Error"), { properties: { code: { const: code } } }] };
