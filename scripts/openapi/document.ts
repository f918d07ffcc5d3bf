import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorStatus } from "../../src/errors.ts";
import { answerSchemas, commonHeaders, headers } from "./answers.ts";
import { makeCodeSamples } from "./code-samples.ts";
import { errorSentences } from "./error-sentences.ts";
import { type Exchange, examples } from "./examples.ts";
import { type Json, refer, toObject } from "./json.ts";
import type { ErrorCode, OperationRow } from "./operation-row.ts";
import { parameters } from "./parameters.ts";
import { isByBody, isSigned, listCodes, listParameterNames, type PlacedRow, placedRows } from "./placed.ts";
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
        "Requests are signed with a key of the account (HTTP Signature); the page beside this document, `/--docs/`, shows how. The service answers HEAD wherever it answers GET. Several operations of a path are told apart by `action`: the published request has it in the query. OpenAPI has no such paths, so that of the operations at one path the others than the first have a fragment in theirs, which no client sends, and the action in the body. The rules behind this document are in `/--docs/contract`.",
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
  for (const placed of placedRows) {
    paths[placed.path] = { ...paths[placed.path], [placed.method]: makeOperation(placed) };
  }
  return paths;
}

function makeOperation(placed: PlacedRow): Json {
  const { row, group } = placed;
  return {
    operationId: row.operations[0],
    tags: [group],
    summary: row.summary,
    description: row.description,
    ...(!isSigned(placed) && { security: [] }),
    parameters: listParameterNames(placed).map((name) => refer("parameters", name)),
    ...(row.body && { requestBody: makeBody(placed, row.body) }),
    responses: { ...makeSuccesses(row), ...makeRefusals(row, listCodes(placed)) },
    "x-codeSamples": row.operations.flatMap((name) => makeCodeSamples(name, examples[name])),
  };
}

function makeBody(placed: PlacedRow, names: readonly string[]): Json {
  const schema = refer("schemas", isByBody(placed) ? placed.row.operations[0] : names.join());
  return {
    description: "JSON, or the same values as a form.",
    required: false,
    content: {
      "application/json": { schema, ...makeExamples(placed.row, (exchange) => pickBody(placed, exchange)) },
      "application/x-www-form-urlencoded": { schema: { type: "object" } },
      "multipart/form-data": { schema: { type: "object", propertyNames: { minLength: 1 } } },
    },
  };
}

/** Returns the body of an example with all that the document has in it. A refused body is no example. */
function pickBody(placed: PlacedRow, { body, status }: Exchange): unknown {
  if (status >= 400) return undefined;
  if (!isByBody(placed)) return body;
  return { action: placed.row.action, ...(Array.isArray(body) ? { acl: body } : toObject(body)) };
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
  const own = new Set(row.answers.map(({ status }) => status));
  return Object.fromEntries(
    [...Map.groupBy(codes, (code) => errorStatus[code])]
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
