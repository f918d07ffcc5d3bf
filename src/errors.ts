import type { ErrorHandler, NotFoundHandler } from "hono";
import type { AppEnv } from "./env.ts";
import { answerJson } from "./http/answer.ts";

/** Every code a client can meet, with its status. CONTRACT §9; one row a code. */
export const errorStatus = {
  BadRequest: 400,
  BadDigest: 400,
  InvalidContent: 400,
  InvalidHeader: 400,
  InvalidVersion: 400,
  InvalidCredentials: 401,
  NotAuthorized: 403,
  ResourceNotFound: 404,
  MethodNotAllowedError: 405,
  NotAcceptableError: 406,
  InvalidArgument: 409,
  MissingParameter: 409,
  PreconditionFailed: 412,
  RequestTooLarge: 413,
  UnsupportedMediaTypeError: 415,
  ValidationFailed: 422,
  NotImageOwner: 422,
  ImageNotShared: 422,
  ImageHasDependentImages: 422,
  IdempotencyKeyReused: 422,
  PreconditionRequired: 428,
  InternalError: 500,
  ServiceUnavailableError: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** One entry of a ValidationFailed: the field, `Invalid` or `MissingParameter`, and a sentence. */
export type FieldError = { field: string; code: "Invalid" | "MissingParameter"; message: string };

/** A refusal as a client reads it. `cause` goes to the log and never to the client. */
export class CloudApiError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    more: { errors?: readonly FieldError[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = "CloudApiError";
    this.code = code;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }
}

const maxShownCharacters = 64;

/** What was sent, for a message: JSON for anything but a string, cut at 64 characters (CONTRACT §9). */
export function shown(sent: unknown): string {
  const text = typeof sent === "string" ? sent : shownJson(sent);
  return text.length > maxShownCharacters
    ? `${text.slice(0, maxShownCharacters).toWellFormed()}…`
    : text.toWellFormed();
}

/** JSON.stringify recurses and a body may nest 50 000 levels: containers are named, not printed. */
function shownJson(sent: unknown): string {
  if (Array.isArray(sent)) return sent.length === 0 ? "an empty array" : "an array";
  if (typeof sent === "object" && sent !== null) return "an object";
  return String(sent);
}

/** Renders every throw: a CloudApiError as itself, anything else as InternalError with a fixed message. */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const refusal =
    error instanceof CloudApiError
      ? error
      : new CloudApiError(
          "InternalError",
          "The service met an unexpected fault; quote the Request-Id to its operator",
          {
            cause: error,
          },
        );
  c.set("refusal", refusal);
  const { code, message, errors, headers } = refusal;
  return answerJson(c, { code, message, errors }, { status: errorStatus[code], headers });
};

/** @throws {CloudApiError} ResourceNotFound: no operation has this path. */
export const notFound: NotFoundHandler<AppEnv> = (c) => {
  throw new CloudApiError("ResourceNotFound", `${shown(c.req.path)} does not exist`);
};
