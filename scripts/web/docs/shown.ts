import { type Json, toObject } from "../../openapi/json.ts";
import type { PlacedRow } from "../../openapi/placed.ts";

/** An operation as its page shows it: its row, its path as it is sent, and what the document says of it. */
export type ShownOperation = { placed: PlacedRow; request: string; operation: Json; document: Json };

/** Finds what the document says of an operation. */
export function findShown(placed: PlacedRow, document: Json): ShownOperation {
  const { row, method, path } = placed;
  const operation = toObject(toObject(toObject(document["paths"])[path])[method]);
  const query = row.action === undefined ? "" : `?action=${row.action}`;
  return { placed, request: `${path.replace(/#.*/, "")}${query}`, operation, document };
}
