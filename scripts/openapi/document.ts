import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answerSchemas, headers } from "./answers.ts";
import { makeCodeSamples } from "./code-samples.ts";
import { errorSchemas } from "./error-schemas.ts";
import { type Exchange, examples } from "./examples.ts";
import { makeForm } from "./forms.ts";
import { type Json, refer, toObject } from "./json.ts";
import type { Group } from "./operation-row.ts";
import { parameters } from "./parameters.ts";
import { isByBody, isSigned, listParameterNames, type PlacedRow, placedRows } from "./placed.ts";
import { requestSchemas } from "./request-schemas.ts";
import { makeExamples, makeResponses, sharedRefusals } from "./responses.ts";

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
        "Requests are signed with a key of the account (HTTP Signature); the page beside this document, `/--docs/`, shows how, and has the function `edge` of the samples. The service answers HEAD wherever it answers GET. Several operations of a path are told apart by `action`: the published request has it in the query. OpenAPI has no such paths, so that of the operations at one path the others than the first have a fragment in theirs, which no client sends, and all that they read in the body. The rules behind this document are in `/--docs/contract`.",
      contact: { name: "The operator of this service" },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The service that serves this document." }],
    security: [{ signature: [] }],
    tags: Object.entries(groups).map(([name, description]) => ({ name, description })),
    paths: makePaths(),
    components: {
      securitySchemes: {
        // `http` with the scheme Signature says the same, and generators warn at each operation that they do not know it.
        signature: {
          type: "apiKey",
          in: "header",
          name: "Authorization",
          description:
            'HTTP Signature (draft-cavage): `Authorization: Signature keyId="/LOGIN/keys/FINGERPRINT",algorithm="rsa-sha256",headers="date",signature="BASE64"` over `date: …`. RSA, ECDSA and Ed25519.',
        },
      },
      schemas: { ...answerSchemas, ...errorSchemas, ...requestSchemas, ...makeForms() },
      parameters,
      headers,
      responses: sharedRefusals,
    },
  };
}

/** What the operations of each group are of. */
const groups: Readonly<Record<Group, string>> = {
  Images: "Images, their edits and their history.",
  Changes: "Every change of an account's images, in order.",
  Grants: "Who an image is shared with.",
  Tags: "Tags one by one.",
  Account: "The account and its keys.",
  Service: "Whether the service runs.",
};

/** Makes a schema of the form of each body. */
const makeForms = (): Json =>
  Object.fromEntries(
    placedRows.flatMap((placed) => {
      const name = nameBody(placed);
      return name === undefined ? [] : [[`${name}Form`, makeForm(toObject(requestSchemas[name]))]];
    }),
  );

/** The schema of an operation's body. */
const nameBody = (placed: PlacedRow): string | undefined =>
  isByBody(placed) ? placed.row.operations[0] : placed.row.body?.[0];

function makePaths(): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const placed of placedRows) {
    paths[placed.path] = { ...paths[placed.path], [placed.method]: makeOperation(placed) };
  }
  return paths;
}

function makeOperation(placed: PlacedRow): Json {
  const { row, group } = placed;
  const body = nameBody(placed);
  return {
    operationId: row.operations[0],
    tags: [group],
    summary: row.summary,
    description: row.description,
    ...(!isSigned(placed) && { security: [] }),
    parameters: listParameterNames(placed).map((name) => refer("parameters", name)),
    ...(body !== undefined && { requestBody: makeBody(placed, body) }),
    responses: makeResponses(placed),
    "x-codeSamples": row.operations.flatMap((name) => makeCodeSamples(name, examples[name])),
  };
}

function makeBody(placed: PlacedRow, name: string): Json {
  const form = refer("schemas", `${name}Form`);
  return {
    description: "JSON, or the same values as a form.",
    required: !placed.row.isBodyOptional,
    content: {
      "application/json": {
        schema: refer("schemas", name),
        ...makeExamples(placed.row, (exchange) => pickBody(placed, exchange)),
      },
      "application/x-www-form-urlencoded": { schema: form },
      // A part has a name.
      "multipart/form-data": { schema: { ...form, propertyNames: { minLength: 1 } } },
    },
  };
}

/** Returns the body of an example with all that the document has in it. A refused body is no example. */
function pickBody(placed: PlacedRow, { body, status }: Exchange): unknown {
  if (status >= 400) return undefined;
  if (!isByBody(placed)) return body;
  return { action: placed.row.action, ...(Array.isArray(body) ? { acl: body } : toObject(body)) };
}
