import { errorStatus } from "../../src/errors.ts";
import { commonHeaders } from "./answers.ts";
import { type Exchange, examples } from "./examples.ts";
import { type Json, refer } from "./json.ts";
import type { ErrorCode, OperationRow } from "./operation-row.ts";
import { listCodes, type PlacedRow, placedRows } from "./placed.ts";

/** Makes the examples of a row, by operation and title. @param pick returns undefined to leave an exchange out */
export function makeExamples({ operations }: OperationRow, pick: (exchange: Exchange) => unknown): Json {
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

/** Makes the content of a body. One schema is the body's own; of several the body has one. */
function makeContent(names: readonly string[], examples: Json): Json {
  const schemas = names.map((name) => refer("schemas", name));
  return { "application/json": { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas }, ...examples } };
}

const makeSuccesses = (row: OperationRow): Json =>
  Object.fromEntries(
    row.answers.map(({ status, schemas, headers = [], description }) => [
      String(status),
      {
        description,
        headers: referHeaders([...commonHeaders, ...(schemas.length > 0 ? bodyHeaders : []), ...headers]),
        ...(schemas.length > 0 && { content: makeContent(schemas, makeAnswerExamples(row, status)) }),
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

/** The refusals of one status. Without examples of their own, operations share them by their name. */
type Refusal = { status: number; codes: readonly ErrorCode[]; name: string; examples: Json };

/** Lists the refusals of an operation, one for each status, with the codes that it can have. */
function listRefusals(placed: PlacedRow): Refusal[] {
  const own = new Set(placed.row.answers.map(({ status }) => status));
  return [...Map.groupBy(listCodes(placed), (code): number => errorStatus[code])]
    .filter(([status]) => !own.has(status))
    .map(([status, codes]) => ({
      status,
      codes,
      name: codes.join("Or"),
      examples: makeAnswerExamples(placed.row, status),
    }));
}

const isShared = ({ examples }: Refusal): boolean => Object.keys(examples).length === 0;

const makeRefusal = ({ status, codes, examples }: Refusal): Json => ({
  description: `${codes.join(", ")}.`,
  headers: referHeaders([
    ...commonHeaders,
    ...bodyHeaders,
    "Dry-Run",
    "Ignored-Parameters",
    ...(refusalHeaders[status] ?? []),
  ]),
  content: makeContent(codes, examples),
});

/** The refusals that operations share, by name. */
export const sharedRefusals: Json = Object.fromEntries(
  placedRows
    .flatMap(listRefusals)
    .filter(isShared)
    .map((refusal) => [refusal.name, makeRefusal(refusal)]),
);

/** Makes the answers of an operation, by status. */
export const makeResponses = (placed: PlacedRow): Json => ({
  ...makeSuccesses(placed.row),
  ...Object.fromEntries(
    listRefusals(placed).map((refusal) => [
      String(refusal.status),
      isShared(refusal) ? refer("responses", refusal.name) : makeRefusal(refusal),
    ]),
  ),
});
