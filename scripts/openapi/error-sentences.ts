import type { ErrorCode } from "./operation-row.ts";

/** When each code occurs, in a sentence. docs/contract.md#errors */
export const errorSentences: Readonly<Record<ErrorCode, string>> = {
  BadRequest:
    "JSON that is not an object, an escape in the path that cannot be decoded, a Host that is no host name, or a query that is not UTF-8.",
  BadDigest: "`Content-MD5`, or a signed `Digest`, is not the body's.",
  InvalidContent: "The body does not parse.",
  InvalidHeader: "Authorization, the signed date, a precondition or the Idempotency-Key is malformed.",
  InvalidVersion: "No served version is in the requested range.",
  InvalidCredentials: "No signature, or one that is not of a known key.",
  NotAuthorized:
    "The account is disabled, the path is another's, or the scope or the end of the key does not allow it.",
  QuotaExceeded: "The account owns as many images, has as many keys, or its images take as many bytes, as it may.",
  ResourceNotFound: "No such account, key, tag or image, or an image that the caller may not see.",
  MethodNotAllowedError: "The path has no such method; `Allow` lists those it has.",
  NotAcceptableError: "`Accept` admits no JSON.",
  InvalidArgument: "An action, `dry-run`, a revision, a filter, a page, a key or a field of an account is not allowed.",
  MissingParameter: "No action, no key, no revision, or no body for a grant or tags.",
  PreconditionFailed: "The image is at another revision; `ETag` has the current one. Nothing was changed.",
  RequestTooLarge: "The body is over 100000 bytes.",
  UnsupportedMediaTypeError: "The type or coding of the body is not supported.",
  ValidationFailed: "A field breaks its rule; `errors` lists the fields. Nothing was changed.",
  NotImageOwner: "The image is visible, and another's.",
  ImageNotShared: "The image cannot be cloned: it is not shared with the caller by acl, or not activated.",
  ImageHasDependentImages: "The image cannot be deleted: it is the origin of others.",
  IdempotencyKeyReused: "The key was sent with another request.",
  CursorExpired:
    "Changes after the cursor are not in the feed any more, or the database was restored. Read all images, and go on from `Oldest-Cursor`.",
  PreconditionRequired: "The service requires If-Match of a write that replaces fields.",
  RequestThrottled:
    "The account, or the address, sent too much, the account leaves too many long answers unread, or the history of its images is full; nothing was done. Wait for `Retry-After` seconds.",
  InternalError: "An unexpected fault; the cause is on the log under the Request-Id.",
  ServiceUnavailableError:
    "The database failed or stayed busy, or the service is read-only. Wait for `Retry-After` seconds; a write with an Idempotency-Key is applied once.",
};
