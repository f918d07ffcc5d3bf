import type { ErrorCode, Group, OperationRow } from "./operation-row.ts";
import { listNames } from "./parameters.ts";
import { empty, noNews, notModified, ok } from "./successes.ts";

/** What a write of an image can meet. */
const write: readonly ErrorCode[] = ["InvalidArgument", "NotImageOwner", "IdempotencyKeyReused", "PreconditionFailed"];

/** What a clone can meet. */
const clone: readonly ErrorCode[] = [
  "InvalidArgument",
  "ImageNotShared",
  "QuotaExceeded",
  "IdempotencyKeyReused",
  "PreconditionFailed",
];

const image = ["Image", "ImageBefore8"];
const preconditions = ["If-Match", "If-None-Match"];
const readParameters = [...preconditions, "Cache-Control"];
const writeParameters = ["dry-run", ...preconditions, "Idempotency-Key"];
const replayHeaders = ["Idempotent-Replayed", "Revision-Not-Kept"];
const writeHeaders = ["ETag", "Changed-Fields", "Dry-Run", "Ignored-Parameters", ...replayHeaders];

/** All operations by their group, a row for each request. docs/contract.md#operations */
export const operations: Readonly<Record<Group, readonly OperationRow[]>> = {
  Images: [
    {
      request: "get /{login}/images",
      operations: ["ListImages"],
      summary: "List images",
      description:
        "Images that the account can see, or its destroyed ones, by `published_at`. A long list is streamed.",
      parameters: [...listNames, "List-tag", "Cache-Control"],
      answers: [ok("The images.", ["Images", "ImagesBefore8"], ["Ignored-Parameters", "Age"])],
      errors: ["InvalidArgument"],
    },
    {
      request: "get /{login}/images/{id}",
      operations: ["GetImage"],
      summary: "Get an image",
      description: "One image, or an earlier revision of it.",
      parameters: ["read-revision", ...readParameters],
      answers: [ok("The image.", image, ["ETag", "Age"]), notModified],
      errors: ["InvalidArgument", "NotImageOwner", "PreconditionFailed"],
    },
    {
      request: "post /{login}/images/{id}",
      action: "update",
      operations: ["UpdateImage"],
      summary: "Update an image",
      description:
        "Changes the fields that are sent, all of them or none. The other fields stay. Only the owner of the image may.",
      parameters: writeParameters,
      body: ["UpdateImage"],
      answers: [ok("The image as it is now.", image, writeHeaders)],
      errors: [...write, "MissingParameter", "QuotaExceeded", "PreconditionRequired"],
    },
    {
      request: "post /{login}/images/{id}",
      action: "clone",
      operations: ["CloneImage"],
      summary: "Clone an image",
      description: "Copies an image that is shared with the account by acl, as the account's own.",
      parameters: writeParameters,
      body: ["CloneImage"],
      answers: [ok("The clone.", image, writeHeaders)],
      errors: [...clone, "MissingParameter"],
    },
    {
      request: "post /{login}/images/{id}",
      action: "revert",
      operations: ["RevertImage"],
      summary: "Revert an image",
      description: "Gives an image the fields of an earlier revision, as a new revision.",
      parameters: writeParameters,
      body: ["RevertImage"],
      answers: [ok("The image as it is now.", image, writeHeaders)],
      errors: [...write, "MissingParameter", "QuotaExceeded", "PreconditionRequired"],
    },
    {
      request: "delete /{login}/images/{id}",
      operations: ["DeleteImage"],
      summary: "Delete an image",
      description: "The image is destroyed. It does not come back.",
      parameters: writeParameters,
      answers: [empty("Deleted.", writeHeaders)],
      errors: [...write, "ImageHasDependentImages"],
    },
    {
      request: "get /{login}/images/{id}/audit",
      operations: ["ImageAudit"],
      summary: "List the revisions of an image",
      description:
        "Who changed what, and when, newest first. For the owner and operators; of a destroyed image too. A page ends early where revisions are large: `Next-Marker` says that others follow.",
      parameters: ["audit-limit", "audit-marker", "Cache-Control"],
      answers: [ok("The revisions.", ["Revisions"], ["Next-Marker", "Age"])],
      errors: ["InvalidArgument", "NotImageOwner"],
    },
  ],
  Changes: [
    {
      request: "get /{login}/changes",
      operations: ["ListChanges"],
      summary: "List the changes of all images",
      description:
        "Every revision of every image that the account owns, in the order of commit. Go on with the `cursor` of the last entry as `after`; `[]` says that there is nothing new.",
      parameters: ["changes-after", "changes-limit", "If-None-Match"],
      answers: [ok("The changes.", ["Changes"], ["Newest-Cursor", "ETag", "Ignored-Parameters"]), noNews],
      errors: ["InvalidArgument", "CursorExpired"],
    },
  ],
  Grants: [
    {
      request: "post /{login}/images/{id}/acl",
      action: "add",
      operations: ["AddImageAcl"],
      summary: "Share an image",
      description: "Adds accounts to the acl. Grants of several clients at the same time are all kept.",
      parameters: writeParameters,
      body: ["Grants"],
      answers: [ok("The image as it is now.", image, writeHeaders)],
      errors: [...write, "MissingParameter", "QuotaExceeded"],
    },
    {
      request: "post /{login}/images/{id}/acl",
      action: "remove",
      operations: ["RemoveImageAcl", "LeaveImage"],
      summary: "Stop sharing an image, or leave it",
      description:
        "Removes accounts from the acl. An account that an image is shared with removes exactly itself to leave it.",
      parameters: writeParameters,
      body: ["Grants"],
      answers: [ok("The image as it is now.", image, writeHeaders), empty("The caller left the image.", writeHeaders)],
      errors: [...write, "MissingParameter"],
    },
  ],
  Tags: [
    {
      request: "get /{login}/images/{id}/tags",
      operations: ["ListImageTags"],
      summary: "List the tags of an image",
      description: "All tags, for everyone who may see the image.",
      parameters: readParameters,
      answers: [ok("The tags.", ["Tags"], ["ETag", "Age"]), notModified],
      errors: ["PreconditionFailed"],
    },
    {
      request: "post /{login}/images/{id}/tags",
      operations: ["AddImageTags"],
      summary: "Add tags",
      description: "The tags that are sent replace those of the same keys, or join them.",
      parameters: writeParameters,
      body: ["TagsToWrite"],
      answers: [ok("All tags.", ["Tags"], writeHeaders)],
      errors: [...write, "MissingParameter", "QuotaExceeded"],
    },
    {
      request: "put /{login}/images/{id}/tags",
      operations: ["ReplaceImageTags"],
      summary: "Replace all tags",
      description: "The tags that are sent are all tags of the image.",
      parameters: writeParameters,
      body: ["TagsToWrite"],
      answers: [ok("All tags.", ["Tags"], writeHeaders)],
      errors: [...write, "MissingParameter", "QuotaExceeded", "PreconditionRequired"],
    },
    {
      request: "delete /{login}/images/{id}/tags",
      operations: ["DeleteImageTags"],
      summary: "Delete all tags",
      description: "The image has no tags afterwards.",
      parameters: writeParameters,
      answers: [empty("Deleted.", writeHeaders)],
      errors: write,
    },
    {
      request: "get /{login}/images/{id}/tags/{tag}",
      operations: ["GetImageTag"],
      summary: "Get a tag",
      description: "The value of one tag, as JSON.",
      parameters: ["tag", ...readParameters],
      answers: [ok("The value.", ["Tag"], ["ETag", "Age"]), notModified],
      errors: ["PreconditionFailed"],
    },
    {
      request: "delete /{login}/images/{id}/tags/{tag}",
      operations: ["DeleteImageTag"],
      summary: "Delete a tag",
      description: "The other tags stay.",
      parameters: ["tag", ...writeParameters],
      answers: [empty("Deleted.", writeHeaders)],
      errors: write,
    },
  ],
  Account: [
    {
      request: "get /{login}",
      operations: ["GetAccount"],
      summary: "Get the account",
      description: "The account of the path.",
      answers: [ok("The account.", ["Account"])],
    },
    {
      request: "post /{login}",
      operations: ["UpdateAccount"],
      summary: "Update the account",
      description: "Changes the fields that are sent, by the account itself or an operator.",
      body: ["UpdateAccount"],
      isBodyOptional: true,
      answers: [ok("The account as it is now.", ["Account"], ["Ignored-Parameters"])],
      errors: ["InvalidArgument"],
    },
    {
      request: "get /{login}/keys",
      operations: ["ListKeys"],
      summary: "List keys",
      description: "The keys that may sign for the account, by name.",
      answers: [ok("The keys.", ["Keys"])],
    },
    {
      request: "get /{login}/keys/{key}",
      operations: ["GetKey"],
      summary: "Get a key",
      description: "One key. Every key may read itself.",
      parameters: ["key"],
      answers: [ok("The key.", ["Key"])],
    },
    {
      request: "post /{login}/keys",
      operations: ["CreateKey"],
      summary: "Add a key",
      description: "The key may sign at once. With `scope` or `expires` it can do less, or ends.",
      body: ["CreateKey"],
      answers: [
        { status: 201, schemas: ["Key"], headers: ["Location", "Ignored-Parameters"], description: "The key." },
      ],
      errors: ["InvalidArgument", "MissingParameter", "QuotaExceeded"],
    },
    {
      request: "delete /{login}/keys/{key}",
      operations: ["DeleteKey"],
      summary: "Delete a key",
      description: "The key is refused from the next request on. It may be the one that signs, whatever its scope.",
      parameters: ["key"],
      answers: [empty("Deleted.", ["Ignored-Parameters"])],
      errors: ["InvalidArgument"],
    },
    {
      request: "get /{login}/datacenters",
      operations: ["ListDatacenters"],
      summary: "List datacenters",
      description: "The one name of this service, with its address.",
      answers: [ok("Names and addresses.", ["Datacenters"])],
    },
  ],
  Service: [
    {
      request: "get /--ping",
      operations: ["Ping"],
      summary: "Ask whether the service runs",
      description: "Unsigned, and asks nothing.",
      answers: [ok("It runs.", ["Ping"])],
    },
    {
      request: "get /--health",
      operations: ["Health"],
      summary: "Ask whether the database answers",
      description: "Unsigned. Reads one row, at most once a second.",
      answers: [
        ok("It answers.", ["Health"]),
        { status: 503, schemas: ["Unhealthy"], headers: ["Retry-After"], description: "It does not answer." },
      ],
    },
  ],
};
