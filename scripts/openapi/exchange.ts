import type { Operation } from "../../src/operations.ts";
import type { OperationRow } from "./operation-row.ts";

/**
 * A request and its answer, which `test/http/exchanges.test.ts` makes against the service, on the accounts and images of
 * `test/support/exchanges.ts`: the examples of the document.
 */
export type Exchange = {
  /** What the example shows. */
  title: string;
  method: Uppercase<OperationRow["method"]>;
  /** Path and query, raw. */
  path: string;
  /** Beside the signature, `Api-Version: ~9` and the type of a body. */
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Operations whose first example comes before. */
  after?: readonly Operation[];
  status: number;
  /** The answer's body; undefined for none. */
  answer?: unknown;
  answerHeaders?: Readonly<Record<string, string>>;
  /** Keys of the answer whose values differ each time. */
  varies?: readonly string[];
};

/** At least one for each operation. */
export type Examples = readonly [Exchange, ...Exchange[]];

/** What the examples call their accounts, images and keys. `demo` and its image are those of `npm start`. */
export const example = {
  account: "47034e57-42d1-0342-b302-00db733e8c8a",
  image: "eca995fe-b904-11e3-b05a-83a4899322dc",
  other: "7a7855dd-4eec-43c1-9304-6bfa3cb6e22d",
  shared: "808f8bd8-1b6c-40e1-9bd9-fda81c29532c",
} as const;
