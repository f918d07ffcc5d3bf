import { toObject } from "./json.ts";
import { type ErrorCode, type Group, type OperationRow, signed, unsigned, withBody } from "./operation-row.ts";
import { operations } from "./operations.ts";
import { parameters } from "./parameters.ts";

/** An operation where the document has it. */
export type PlacedRow = { group: Group; row: OperationRow; method: string; path: string };

const listRows = (): PlacedRow[] =>
  // The keys of `operations` are all groups, which Object.entries does not say.
  (Object.entries(operations) as [Group, readonly OperationRow[]][]).flatMap(([group, rows]) =>
    rows.map((row) => {
      const [method = "", path = ""] = row.request.split(" ");
      return { group, row, method, path };
    }),
  );

/**
 * All operations with their paths in the document. OpenAPI has one operation for a path and method. Of several, the others than
 * the first follow a fragment, which no client sends, so that the path is another: the action then stands in the body.
 */
export const placedRows: readonly PlacedRow[] = listRows().map((placed, at, all) => {
  const first = all.findIndex(({ row }) => row.request === placed.row.request);
  return first === at ? placed : { ...placed, path: `${placed.path}#action=${placed.row.action}` };
});

/** Headers that any request may have. */
const commonParameters = ["Accept-Version", "Api-Version", "X-Api-Version", "Request-Id", "X-Request-Id"];
const signedParameters = ["Date", "X-Date", "Digest"];

/** True if the action stands in the body: a query would follow the path's fragment, and be lost with it. */
export const isByBody = ({ path }: PlacedRow): boolean => path.includes("#");

/** Lists the parameters of an operation, by their names in the components. */
export function listParameterNames(placed: PlacedRow): string[] {
  const { row, path } = placed;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const own = [...(row.action === undefined ? [] : [`${row.action}-action`]), ...(row.parameters ?? [])];
  return [
    ...new Set([
      ...inPath,
      ...(isByBody(placed) ? own.filter((name) => toObject(parameters[name])["in"] === "header") : own),
      ...commonParameters,
      ...(isSigned(placed) ? signedParameters : []),
      ...(row.body ? ["Content-MD5"] : []),
    ]),
  ];
}

export const isSigned = ({ group }: PlacedRow): boolean => group !== "Service";

/** Lists the codes of an operation's refusals. */
export const listCodes = (placed: PlacedRow): ErrorCode[] => [
  ...new Set<ErrorCode>([
    ...(isSigned(placed) ? signed : unsigned),
    ...(placed.row.body ? withBody : []),
    ...(placed.row.errors ?? []),
    // Any path refuses some methods.
    "MethodNotAllowedError",
  ]),
];
