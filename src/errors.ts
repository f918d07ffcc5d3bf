/** Every error code that a client can meet, with its status. docs/contract.md#errors */
export const errorStatus = {
  BadRequest: 400,
  BadDigest: 400,
  InvalidContent: 400,
  InvalidHeader: 400,
  InvalidVersion: 400,
  InvalidCredentials: 401,
  NotAuthorized: 403,
  QuotaExceeded: 403,
  ResourceNotFound: 404,
  MethodNotAllowedError: 405,
  NotAcceptableError: 406,
  InvalidArgument: 409,
  MissingParameter: 409,
  CursorExpired: 410,
  PreconditionFailed: 412,
  RequestTooLarge: 413,
  UnsupportedMediaTypeError: 415,
  ValidationFailed: 422,
  NotImageOwner: 422,
  ImageNotShared: 422,
  ImageHasDependentImages: 422,
  IdempotencyKeyReused: 422,
  PreconditionRequired: 428,
  RequestThrottled: 429,
  InternalError: 500,
  ServiceUnavailableError: 503,
} as const;

type ErrorCode = keyof typeof errorStatus;

/** One entry of a ValidationFailed: the field, `Invalid` or `MissingParameter`, and a sentence. */
export type FieldError = { field: string; code: "Invalid" | "MissingParameter"; message: string };

type ErrorOptions = {
  errors?: readonly FieldError[];
  headers?: Record<string, string>;
  reason?: string;
  cause?: unknown;
};

/** An error that the client reads. `reason` and `cause` go to the log alone. */
export class CloudApiError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly reason: string | undefined;

  constructor(code: ErrorCode, message: string, { errors, headers = {}, reason, cause }: ErrorOptions = {}) {
    super(message, { cause });
    this.name = "CloudApiError";
    this.code = code;
    this.errors = errors;
    this.headers = headers;
    this.reason = reason;
  }
}

const maxShownCharacters = 64;

/** A sent value as a message shows it: text is cut at 64 characters, containers are named. docs/contract.md#errors */
export function show(sent: unknown): string {
  const text = typeof sent === "string" ? sent : showJson(sent);
  return text.length > maxShownCharacters
    ? `${text.slice(0, maxShownCharacters).toWellFormed()}...`
    : text.toWellFormed();
}

/** Names containers: JSON.stringify recurses, and a body may nest 50 000 levels. */
function showJson(sent: unknown): string {
  if (Array.isArray(sent)) return sent.length === 0 ? "an empty array" : "an array";
  if (typeof sent === "object" && sent !== null) return "an object";
  return String(sent);
}
