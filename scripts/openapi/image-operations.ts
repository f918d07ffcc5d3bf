import { type ErrorCode, type OperationRow, type Success, signed, withBody } from "./operation-row.ts";
import { listNames, queryFieldNames } from "./parameters.ts";

/** What a write of an image can meet. */
const write: readonly ErrorCode[] = ["InvalidArgument", "NotImageOwner", "IdempotencyKeyReused", "PreconditionFailed"];

/** The answer to a read with If-None-Match. */
const notModified: Success = {
  status: 304,
  schemas: [],
  headers: ["ETag"],
  description: "The image is at a revision that If-None-Match lists.",
};

const image = ["Image", "ImageBefore8"];
const writeParameters = ["dry-run", "If-Match", "If-None-Match", "Idempotency-Key"];
const writeHeaders = ["ETag", "Changed-Fields", "Dry-Run", "Ignored-Parameters", "Idempotent-Replayed"];

/** Images, grants and tags, a row for each path and method. docs/contract.md#operations */
export const imageOperations: readonly OperationRow[] = [
  {
    method: "get",
    path: "/{login}/images",
    operations: ["ListImages"],
    tag: "Images",
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
    method: "get",
    path: "/{login}/images/{id}",
    operations: ["GetImage"],
    tag: "Images",
    summary: "Get an image",
    description: "One image, or an earlier revision of it.",
    parameters: ["read-revision", "If-Match", "If-None-Match"],
    answers: [{ status: 200, schemas: image, headers: ["ETag"], description: "The image." }, notModified],
    errors: [...signed, "InvalidArgument", "NotImageOwner", "PreconditionFailed"],
  },
  {
    method: "post",
    path: "/{login}/images/{id}",
    operations: ["UpdateImage", "CloneImage", "RevertImage"],
    tag: "Images",
    summary: "Update, clone or revert an image",
    description:
      "`action=update` changes the fields that are sent, all or none. `action=clone` copies an image that is shared. `action=revert` gives the fields of an earlier revision, as a new one.",
    parameters: ["image-action", "revert-revision", "image-acl", ...queryFieldNames.image, ...writeParameters],
    body: ["UpdateImage", "RevertImage", "CloneImage"],
    answers: [
      { status: 200, schemas: image, headers: writeHeaders, description: "The image as it is now, or the clone." },
    ],
    errors: [
      ...signed,
      ...withBody,
      ...write,
      "MissingParameter",
      "ValidationFailed",
      "ImageNotShared",
      "QuotaExceeded",
      "PreconditionRequired",
    ],
  },
  {
    method: "delete",
    path: "/{login}/images/{id}",
    operations: ["DeleteImage"],
    tag: "Images",
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
    method: "get",
    path: "/{login}/images/{id}/audit",
    operations: ["ImageAudit"],
    tag: "Images",
    summary: "List the revisions of an image",
    description: "Who changed what, and when, newest first. For the owner and operators; of a destroyed image too.",
    parameters: ["audit-limit", "audit-marker"],
    answers: [{ status: 200, schemas: ["Revisions"], description: "The revisions." }],
    errors: [...signed, "InvalidArgument", "NotImageOwner"],
  },
  {
    method: "post",
    path: "/{login}/images/{id}/acl",
    operations: ["AddImageAcl", "RemoveImageAcl", "LeaveImage"],
    tag: "Grants",
    summary: "Share an image, stop sharing it, or leave it",
    description:
      "Adds accounts to the acl or removes them. Grants of several clients do not race. An account that an image is shared with removes itself to leave it.",
    parameters: ["acl-action", "grants-acl", ...writeParameters],
    body: ["Grants"],
    answers: [
      { status: 200, schemas: image, headers: writeHeaders, description: "The image as it is now." },
      { status: 204, schemas: [], headers: writeHeaders, description: "The caller left the image." },
    ],
    errors: [...signed, ...withBody, ...write, "MissingParameter"],
  },
  {
    method: "get",
    path: "/{login}/images/{id}/tags",
    operations: ["ListImageTags"],
    tag: "Tags",
    summary: "List the tags of an image",
    description: "All tags, for everyone who may see the image.",
    parameters: ["If-Match", "If-None-Match"],
    answers: [{ status: 200, schemas: ["Tags"], headers: ["ETag"], description: "The tags." }, notModified],
    errors: [...signed, "PreconditionFailed"],
  },
  {
    method: "post",
    path: "/{login}/images/{id}/tags",
    operations: ["AddImageTags"],
    tag: "Tags",
    summary: "Add tags",
    description: "The tags that are sent replace those of the same keys, or join them.",
    parameters: writeParameters,
    body: ["TagsToWrite"],
    answers: [{ status: 200, schemas: ["Tags"], headers: writeHeaders, description: "All tags." }],
    errors: [...signed, ...withBody, ...write, "MissingParameter"],
  },
  {
    method: "put",
    path: "/{login}/images/{id}/tags",
    operations: ["ReplaceImageTags"],
    tag: "Tags",
    summary: "Replace all tags",
    description: "The tags that are sent are all tags of the image.",
    parameters: writeParameters,
    body: ["TagsToWrite"],
    answers: [{ status: 200, schemas: ["Tags"], headers: writeHeaders, description: "All tags." }],
    errors: [...signed, ...withBody, ...write, "MissingParameter", "PreconditionRequired"],
  },
  {
    method: "delete",
    path: "/{login}/images/{id}/tags",
    operations: ["DeleteImageTags"],
    tag: "Tags",
    summary: "Delete all tags",
    description: "The image has no tags afterwards.",
    parameters: writeParameters,
    answers: [{ status: 204, schemas: [], headers: writeHeaders, description: "Deleted." }],
    errors: [...signed, ...write],
  },
  {
    method: "get",
    path: "/{login}/images/{id}/tags/{tag}",
    operations: ["GetImageTag"],
    tag: "Tags",
    summary: "Get a tag",
    description: "The value of one tag, as JSON.",
    parameters: ["tag", "If-Match", "If-None-Match"],
    answers: [{ status: 200, schemas: ["Tag"], headers: ["ETag"], description: "The value." }, notModified],
    errors: [...signed, "PreconditionFailed"],
  },
  {
    method: "delete",
    path: "/{login}/images/{id}/tags/{tag}",
    operations: ["DeleteImageTag"],
    tag: "Tags",
    summary: "Delete a tag",
    description: "The other tags stay.",
    parameters: ["tag", ...writeParameters],
    answers: [{ status: 204, schemas: [], headers: writeHeaders, description: "Deleted." }],
    errors: [...signed, ...write],
  },
];
