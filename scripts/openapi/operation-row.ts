import type { errorStatus } from "../../src/errors.ts";
import type { Operation } from "../../src/operations.ts";
import type { Success } from "./successes.ts";

/** A code of the error table. */
export type ErrorCode = keyof typeof errorStatus;

export type Group = "Images" | "Changes" | "Grants" | "Tags" | "Account" | "Service";

/** A request of the service, with all that a client can send and meet. */
export type OperationRow = {
  request: `${"get" | "post" | "put" | "delete"} /${string}`;
  /** The `action` of the query that names the operation, where several share a path and method. */
  action?: string;
  /** CloudAPI's names: two for a request whose outcome depends on who asks. */
  operations: readonly [Operation, ...Operation[]];
  summary: string;
  description: string;
  parameters?: readonly string[];
  /** Schemas of the body. */
  body?: readonly [string];
  /** Without a body the operation changes nothing, and says so by 200. */
  isBodyOptional?: true;
  answers: readonly Success[];
  /** Beside `unsigned`, `signed` and `withBody`. */
  errors?: readonly ErrorCode[];
};

/** What any request can meet. */
export const unsigned: readonly ErrorCode[] = ["InvalidVersion", "NotAcceptableError"];

/** What any signed request can meet. docs/contract.md#order-of-checks */
export const signed: readonly ErrorCode[] = [
  "BadRequest",
  "BadDigest",
  "InvalidHeader",
  "InvalidVersion",
  "InvalidCredentials",
  "NotAuthorized",
  "ResourceNotFound",
  "NotAcceptableError",
  "RequestThrottled",
  "InternalError",
  "ServiceUnavailableError",
];

/** What a request with a body can meet. */
export const withBody: readonly ErrorCode[] = [
  "InvalidContent",
  "RequestTooLarge",
  "UnsupportedMediaTypeError",
  "ValidationFailed",
];
