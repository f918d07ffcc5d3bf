import type { errorStatus } from "../../src/errors.ts";
import type { Operation } from "../../src/operations.ts";

/** A code of the error table. */
export type ErrorCode = keyof typeof errorStatus;

/** A successful answer: the schemas of its body (none for no body), and its own headers. */
export type Success = { status: number; schemas: readonly string[]; headers?: readonly string[]; description: string };

/** A path and method of the service, with all that a client can send and meet. */
export type OperationRow = {
  method: "get" | "post" | "put" | "delete";
  path: string;
  /** CloudAPI's names; several share one path and are told apart by `action` or by who asks. */
  operations: readonly Operation[];
  summary: string;
  description: string;
  tag: "Images" | "Grants" | "Tags" | "Account" | "Service";
  parameters?: readonly string[];
  /** Schemas of the body, by the operation that takes it. */
  body?: readonly string[];
  answers: readonly Success[];
  errors: readonly ErrorCode[];
};

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
