import type { errorStatus } from "../../src/errors.ts";
import type { Operation } from "../../src/operations.ts";
import { listNames } from "./parameters.ts";

export type ErrorCode = keyof typeof errorStatus;

/** A successful answer: the schemas of its body (none for no body), and its own headers. */
type Success = { status: number; schemas: readonly string[]; headers?: readonly string[]; description: string };

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
const signed: readonly ErrorCode[] = [
  ...(["BadRequest", "BadDigest", "InvalidHeader", "InvalidVersion", "InvalidCredentials", "NotAuthorized"] as const),
  ...([
    "ResourceNotFound",
    "NotAcceptableError",
    "RequestThrottled",
    "InternalError",
    "ServiceUnavailableError",
  ] as const),
];

/** What a request with a body can meet. */
const withBody: readonly ErrorCode[] = ["InvalidContent", "RequestTooLarge", "UnsupportedMediaTypeError"];

/** What a write of an image can meet. */
const write: readonly ErrorCode[] = ["InvalidArgument", "NotImageOwner", "IdempotencyKeyReused", "PreconditionFailed"];

const image = ["Image", "ImageBefore8"];
const writeParameters = ["dry-run", "If-Match", "If-None-Match", "Idempotency-Key"];
const writeHeaders = ["ETag", "Changed-Fields", "Dry-Run", "Ignored-Parameters", "Idempotent-Replayed"];

/** The whole service, a row for each path and method. docs/contract.md#operations */
export const operationRows: readonly OperationRow[] = [
  {
    ...{ method: "get", path: "/{login}/images", operations: ["ListImages"], tag: "Images" },
    summary: "List images",
    description: "Images that the account can see, by `published_at`. A long list is streamed.",
    parameters: [...listNames, "List-tag"],
    answers: [
      {
        status: 200,
        schemas: ["Images", "ImagesBefore8"],
        headers: ["Ignored-Parameters"],
        description: "The images.",
      },
    ],
    errors: [...signed, "InvalidArgument"],
  },
  {
    ...{ method: "get", path: "/{login}/images/{id}", operations: ["GetImage"], tag: "Images" },
    summary: "Get an image",
    description: "One image, or an earlier revision of it.",
    parameters: ["read-revision", "If-Match", "If-None-Match"],
    answers: [
      { status: 200, schemas: image, headers: ["ETag"], description: "The image." },
      { status: 304, schemas: [], headers: ["ETag"], description: "It is at a revision that If-None-Match lists." },
    ],
    errors: [...signed, "InvalidArgument", "NotImageOwner", "PreconditionFailed"],
  },
  {
    ...{
      method: "post",
      path: "/{login}/images/{id}",
      operations: ["UpdateImage", "CloneImage", "RevertImage"],
      tag: "Images",
    },
    summary: "Update, clone or revert an image",
    description:
      "`action=update` changes the fields that are sent, all or none. `action=clone` copies an image that is shared. `action=revert` gives the fields of an earlier revision, as a new one.",
    parameters: ["image-action", "revert-revision", "revert-acl", ...writeParameters],
    body: ["UpdateImage", "RevertImage", "CloneImage"],
    answers: [
      { status: 200, schemas: image, headers: writeHeaders, description: "The image as it is now, or the clone." },
    ],
    errors: [
      ...signed,
      ...withBody,
      ...write,
      ...(["MissingParameter", "ValidationFailed", "ImageNotShared", "QuotaExceeded", "PreconditionRequired"] as const),
    ],
  },
  {
    ...{ method: "delete", path: "/{login}/images/{id}", operations: ["DeleteImage"], tag: "Images" },
    summary: "Delete an image",
    description: "The image is destroyed. It does not come back.",
    parameters: writeParameters,
    answers: [
      {
        status: 204,
        schemas: [],
        headers: ["Dry-Run", "Idempotent-Replayed", "ETag", "Changed-Fields"],
        description: "Deleted.",
      },
    ],
    errors: [...signed, ...write, "ImageHasDependentImages"],
  },
  {
    ...{ method: "get", path: "/{login}/images/{id}/audit", operations: ["ImageAudit"], tag: "Images" },
    summary: "List the revisions of an image",
    description: "Who changed what, and when, newest first. For the owner and operators; of a destroyed image too.",
    parameters: ["audit-limit", "audit-marker"],
    answers: [{ status: 200, schemas: ["Revisions"], description: "The revisions." }],
    errors: [...signed, "InvalidArgument", "NotImageOwner"],
  },
  {
    ...{
      method: "post",
      path: "/{login}/images/{id}/acl",
      operations: ["AddImageAcl", "RemoveImageAcl", "LeaveImage"],
      tag: "Grants",
    },
    summary: "Share an image, stop sharing it, or leave it",
    description:
      "Adds accounts to the acl or removes them. Grants of several clients do not race. An account that an image is shared with removes itself to leave it.",
    parameters: ["acl-action", ...writeParameters],
    body: ["Grants"],
    answers: [
      { status: 200, schemas: image, headers: writeHeaders, description: "The image as it is now." },
      { status: 204, schemas: [], headers: writeHeaders, description: "The caller left the image." },
    ],
    errors: [...signed, ...withBody, ...write, "MissingParameter", "ValidationFailed"],
  },
  {
    ...{ method: "get", path: "/{login}/images/{id}/tags", operations: ["ListImageTags"], tag: "Tags" },
    summary: "List the tags of an image",
    description: "All tags, for everyone who may see the image.",
    parameters: ["If-Match", "If-None-Match"],
    answers: [
      { status: 200, schemas: ["Tags"], headers: ["ETag"], description: "The tags." },
      {
        status: 304,
        schemas: [],
        headers: ["ETag"],
        description: "The image is at a revision that If-None-Match lists.",
      },
    ],
    errors: [...signed, "PreconditionFailed"],
  },
  {
    ...{ method: "post", path: "/{login}/images/{id}/tags", operations: ["AddImageTags"], tag: "Tags" },
    summary: "Add tags",
    description: "The tags that are sent replace those of the same keys, or join them.",
    parameters: writeParameters,
    body: ["TagsToWrite"],
    answers: [{ status: 200, schemas: ["Tags"], headers: writeHeaders, description: "All tags." }],
    errors: [...signed, ...withBody, ...write, "MissingParameter", "ValidationFailed"],
  },
  {
    ...{ method: "put", path: "/{login}/images/{id}/tags", operations: ["ReplaceImageTags"], tag: "Tags" },
    summary: "Replace all tags",
    description: "The tags that are sent are all tags of the image.",
    parameters: writeParameters,
    body: ["TagsToWrite"],
    answers: [{ status: 200, schemas: ["Tags"], headers: writeHeaders, description: "All tags." }],
    errors: [...signed, ...withBody, ...write, "MissingParameter", "ValidationFailed", "PreconditionRequired"],
  },
  {
    ...{ method: "delete", path: "/{login}/images/{id}/tags", operations: ["DeleteImageTags"], tag: "Tags" },
    summary: "Delete all tags",
    description: "The image has no tags afterwards.",
    parameters: writeParameters,
    answers: [{ status: 204, schemas: [], headers: writeHeaders, description: "Deleted." }],
    errors: [...signed, ...write],
  },
  {
    ...{ method: "get", path: "/{login}/images/{id}/tags/{tag}", operations: ["GetImageTag"], tag: "Tags" },
    summary: "Get a tag",
    description: "The value of one tag, as JSON.",
    parameters: ["tag", "If-Match", "If-None-Match"],
    answers: [
      { status: 200, schemas: ["Tag"], headers: ["ETag"], description: "The value." },
      {
        status: 304,
        schemas: [],
        headers: ["ETag"],
        description: "The image is at a revision that If-None-Match lists.",
      },
    ],
    errors: [...signed, "PreconditionFailed"],
  },
  {
    ...{ method: "delete", path: "/{login}/images/{id}/tags/{tag}", operations: ["DeleteImageTag"], tag: "Tags" },
    summary: "Delete a tag",
    description: "The other tags stay.",
    parameters: ["tag", ...writeParameters],
    answers: [{ status: 204, schemas: [], headers: writeHeaders, description: "Deleted." }],
    errors: [...signed, ...write],
  },
  {
    ...{ method: "get", path: "/{login}", operations: ["GetAccount"], tag: "Account" },
    summary: "Get the account",
    description: "The account of the path.",
    answers: [{ status: 200, schemas: ["Account"], description: "The account." }],
    errors: signed,
  },
  {
    ...{ method: "post", path: "/{login}", operations: ["UpdateAccount"], tag: "Account" },
    summary: "Update the account",
    description: "Changes the fields that are sent, by the account itself or an operator.",
    body: ["UpdateAccount"],
    answers: [{ status: 200, schemas: ["Account"], description: "The account as it is now." }],
    errors: [...signed, ...withBody, "InvalidArgument"],
  },
  {
    ...{ method: "get", path: "/{login}/keys", operations: ["ListKeys"], tag: "Account" },
    summary: "List keys",
    description: "The keys that may sign for the account, by name.",
    answers: [{ status: 200, schemas: ["Keys"], description: "The keys." }],
    errors: signed,
  },
  {
    ...{ method: "get", path: "/{login}/keys/{key}", operations: ["GetKey"], tag: "Account" },
    summary: "Get a key",
    description: "One key.",
    parameters: ["key"],
    answers: [{ status: 200, schemas: ["Key"], description: "The key." }],
    errors: signed,
  },
  {
    ...{ method: "post", path: "/{login}/keys", operations: ["CreateKey"], tag: "Account" },
    summary: "Add a key",
    description: "The key may sign at once.",
    body: ["CreateKey"],
    answers: [{ status: 201, schemas: ["Key"], headers: ["Location"], description: "The key." }],
    errors: [...signed, ...withBody, "InvalidArgument", "MissingParameter", "QuotaExceeded"],
  },
  {
    ...{ method: "delete", path: "/{login}/keys/{key}", operations: ["DeleteKey"], tag: "Account" },
    summary: "Delete a key",
    description: "The key is refused from the next request on. It may be the one that signs.",
    parameters: ["key"],
    answers: [{ status: 204, schemas: [], description: "Deleted." }],
    errors: signed,
  },
  {
    ...{ method: "get", path: "/{login}/datacenters", operations: ["ListDatacenters"], tag: "Account" },
    summary: "List datacenters",
    description: "The one name of this service, with its address.",
    answers: [{ status: 200, schemas: ["Datacenters"], description: "Names and addresses." }],
    errors: signed,
  },
  {
    ...{ method: "get", path: "/--ping", operations: ["Ping"], tag: "Service" },
    summary: "Ask whether the service runs",
    description: "Unsigned, and asks nothing.",
    answers: [{ status: 200, schemas: ["Ping"], description: "It runs." }],
    errors: ["InvalidVersion", "NotAcceptableError"],
  },
  {
    ...{ method: "get", path: "/--health", operations: ["Health"], tag: "Service" },
    summary: "Ask whether the database answers",
    description: "Unsigned. Reads one row, at most once a second.",
    answers: [
      { status: 200, schemas: ["Health"], description: "It answers." },
      { status: 503, schemas: ["Unhealthy"], headers: ["Retry-After"], description: "It does not answer." },
    ],
    errors: ["InvalidVersion", "NotAcceptableError"],
  },
];
