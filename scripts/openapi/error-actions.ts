import type { ErrorCode } from "./operation-row.ts";

/** What to do about each code. */
export const errorActions: Readonly<Record<ErrorCode, string>> = {
  BadRequest: "Correct the path or the query: names and values in UTF-8, percent-encoded.",
  BadDigest: "Compute it over the bytes that are sent.",
  InvalidContent: "Correct the body: the message names line and column.",
  InvalidHeader:
    "The message says which header: put an ETag in its double quotes; set the client's clock, which may be 300 seconds off.",
  InvalidVersion: "Ask for a version that the message names, or for none.",
  InvalidCredentials:
    "Check that `KEY_ID` names the account and a key that the service has, and that what is signed is what is sent, letter by letter.",
  NotAuthorized:
    "Use `my`, or your own login. A key with a scope needs the word that the message names. The operator enables an account.",
  QuotaExceeded:
    "The message says of what: delete images or keys that nobody needs, or shorten texts and tags. The operator can allow more.",
  ResourceNotFound: "Check the name or the id. An image that the account may not see looks like none.",
  MethodNotAllowedError: "Use a method that `Allow` names.",
  NotAcceptableError: "Send `Accept: application/json`, or none.",
  InvalidArgument: "The message names the value, and what is allowed.",
  MissingParameter: "Send what the message names.",
  PreconditionFailed:
    "Read the image again. If the update still applies, send it with the new `ETag`, and a new Idempotency-Key.",
  RequestTooLarge: "Send less: large tags in several requests of AddImageTags.",
  UnsupportedMediaTypeError: "Send JSON or a form, not compressed, and its `Content-Type`.",
  ValidationFailed: "Correct every field of `errors`; each has its sentence.",
  NotImageOwner: "Sign with a key of the owner, or clone the image.",
  ImageNotShared: "Its owner shares it with the account by AddImageAcl.",
  ImageHasDependentImages: "Delete those first: the message names up to ten.",
  IdempotencyKeyReused: "Take a new key for each write. The same one is for a retry of the same request.",
  CursorExpired: "Read all images, and go on with `Oldest-Cursor`.",
  PreconditionRequired: "Read the image, and send its `ETag` as `If-Match`.",
  RequestThrottled: "Wait `Retry-After` seconds, and send the same again.",
  InternalError: "Tell the operator the `Request-Id`. Send a write again with its Idempotency-Key: it is applied once.",
  ServiceUnavailableError:
    "Wait `Retry-After` seconds, and send the same again; a write with its Idempotency-Key, because it may have been applied.",
};
