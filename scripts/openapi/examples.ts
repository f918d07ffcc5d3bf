import type { Operation } from "../../src/operations.ts";
import { versions } from "../../src/releases.ts";
import { account, ci, clone, example, image, key, laptop, renamed, sampleOrigin, shared } from "./example-values.ts";

/**
 * A request and its answer: an example of the document. `test/http/exchanges.test.ts` makes them against the service, on the
 * accounts and images of `test/support/exchanges.ts`.
 */
export type Exchange = {
  /** What the example shows. */
  title: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query, raw. */
  path: string;
  /** Beside the signature, `Api-Version: ~9` and the type of a body. */
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** Operations whose first example comes before. */
  after?: readonly Operation[];
  status: number;
  /** The answer's body. Undefined for none. */
  answer?: unknown;
  answerHeaders?: Readonly<Record<string, string>>;
  /** Keys of the answer whose values differ each time. */
  varies?: readonly string[];
};

/** At least one for each operation. */
export type Examples = readonly [Exchange, ...Exchange[]];

type More = Partial<Omit<Exchange, "title" | "method" | "path">>;

const makeSend =
  (method: Exchange["method"], status: number) =>
  (title: string, path: string, more: More = {}): Exchange => ({ title, method, path, status, ...more });

const get = makeSend("GET", 200);
const post = makeSend("POST", 200);
const put = makeSend("PUT", 200);
const remove = makeSend("DELETE", 204);

/** The headers of an answer with an image, and of one that changed fields. */
const at = (revision: number, changed?: string) => ({
  answerHeaders: { ETag: `"${revision}-9.0.0"`, ...(changed && { "Changed-Fields": changed }) },
});

const path = `/my/images/${example.image}`;
const sharedPath = `/my/images/${example.shared}`;

/** The examples of every operation. */
export const examples: Readonly<Record<Operation, Examples>> = {
  ListImages: [
    get("The first two images", "/my/images?limit=2", { answer: [image, shared] }),
    get("Images by a part of the name and a tag", "/my/images?name=~image&tag.role=db", { answer: [image] }),
  ],
  GetImage: [
    get("The image, with the ETag for If-Match", path, { answer: image, ...at(1) }),
    get("An earlier revision", `${path}?revision=1`, { after: ["UpdateImage"], answer: image, ...at(1) }),
  ],
  UpdateImage: [
    post("Rename an image", `${path}?action=update`, {
      body: { name: "my-renamed-image" },
      answer: renamed,
      ...at(2, "name"),
    }),
    post("The same safely: at this revision alone, and once however often it is sent", `${path}?action=update`, {
      headers: { "If-Match": '"1-9.0.0"', "Idempotency-Key": "rename-of-25-november" },
      body: { name: "my-renamed-image", tags: { role: "db", zone: 1 } },
      answer: { ...renamed, tags: { role: "db", zone: 1 } },
      ...at(2, "name, tags"),
    }),
    post("Fields that break their rules", `${path}?action=update`, {
      body: { name: "ü", version: null },
      status: 422,
      answer: {
        code: "ValidationFailed",
        message: "invalid image data: name, version",
        errors: [
          {
            field: "name",
            code: "Invalid",
            message: 'name is 1 to 1024 characters of A-Z a-z 0-9 . _ / - and space; "ü" was sent',
          },
          {
            field: "version",
            code: "MissingParameter",
            message: "version is 1 to 512 characters of A-Z a-z 0-9 . _ / + -; null was sent",
          },
        ],
      },
    }),
    post("An If-Match of a revision that is no more", `${path}?action=update`, {
      headers: { "If-Match": '"1-9.0.0"' },
      body: { version: "1.0.1" },
      after: ["UpdateImage"],
      status: 412,
      answer: {
        code: "PreconditionFailed",
        message:
          "the image is at revision 2, and If-Match names another: read it, and send the request again with its new ETag if it still applies",
      },
      ...at(2),
    }),
  ],
  CloneImage: [
    post("Copy an image that is shared with the account", `${sharedPath}?action=clone`, {
      answer: clone,
      ...at(1),
      varies: ["id", "published_at"],
    }),
  ],
  RevertImage: [
    post("The fields of revision 1, as a new revision", `${path}?action=revert`, {
      body: { revision: 1 },
      after: ["UpdateImage"],
      answer: image,
      ...at(3, "name"),
    }),
  ],
  ListChanges: [
    get("The oldest change", "/my/changes?limit=1", {
      answer: [
        {
          action: "provision",
          success: "yes",
          time: "2026-11-25T10:00:00.000Z",
          caller: { type: "operator" },
          revision: 1,
          changes: Object.fromEntries(
            Object.entries(image).flatMap(([name, after]) => (name === "id" ? [] : [[name, { before: null, after }]])),
          ),
          image: example.image,
          cursor: "NDcwMzRlNTctNDJkMS0wMzQyLWIzMDItMDBkYjczM2U4YzhhIDEgOGM",
        },
      ],
      varies: ["time", "cursor"],
    }),
  ],
  ImageAudit: [
    get("The newest revision", `${path}/audit?limit=1`, {
      after: ["UpdateImage"],
      answer: [
        {
          action: "update",
          success: "yes",
          time: "2026-11-25T10:00:00.000Z",
          caller: {
            type: "signature",
            keyId: "/demo/keys/SHA256:ugOXfQmoCARG6EsDV+jK2E9Cnzb6KkvD3N9zmeafqR8",
            account: example.account,
            requestId: "0c3c9d0e-7a35-4c4e-8b0e-2f6d7c1b9a10",
          },
          revision: 2,
          changes: {
            name: { before: image.name, after: renamed.name },
          },
        },
      ],
      varies: ["time", "requestId"],
    }),
  ],
  AddImageAcl: [
    post("Share the image with one more account", `${path}/acl?action=add`, {
      body: [example.other],
      answer: { ...image, acl: [example.other] },
      ...at(2, "acl"),
    }),
  ],
  RemoveImageAcl: [
    post("Take a grant back", `${path}/acl?action=remove`, {
      body: [example.other],
      after: ["AddImageAcl"],
      answer: image,
      ...at(3, "acl"),
    }),
  ],
  LeaveImage: [
    post("Leave an image that was shared with the account", `${sharedPath}/acl?action=remove`, {
      body: [example.account],
      status: 204,
    }),
  ],
  ListImageTags: [get("All tags", `${path}/tags`, { answer: { role: "db" }, ...at(1) })],
  GetImageTag: [get("One tag", `${path}/tags/role`, { answer: "db" })],
  AddImageTags: [
    post("Add a tag", `${path}/tags`, { body: { zone: 1 }, answer: { role: "db", zone: 1 }, ...at(2, "tags") }),
    post("The same as a rehearsal", `${path}/tags?dry-run=true`, {
      body: { zone: 2 },
      answer: { role: "db", zone: 2 },
      answerHeaders: { ...at(2, "tags").answerHeaders, "Dry-Run": "true" },
    }),
  ],
  ReplaceImageTags: [
    put("These tags and no others", `${path}/tags`, {
      body: { role: "web" },
      answer: { role: "web" },
      ...at(2, "tags"),
    }),
  ],
  DeleteImageTag: [remove("Delete one tag", `${path}/tags/role`)],
  DeleteImageTags: [remove("Delete all tags", `${path}/tags`)],
  DeleteImage: [remove("Delete the image", path)],
  GetAccount: [get("The account that signs", "/my", { answer: account, varies: ["created", "updated"] })],
  UpdateAccount: [
    post("Change two fields", "/my", {
      body: { city: "Vancouver", phone: "+1 604 555 0100" },
      answer: { ...account, city: "Vancouver", phone: "+1 604 555 0100" },
      varies: ["created", "updated"],
    }),
  ],
  ListKeys: [get("All keys", "/my/keys", { answer: [key] })],
  GetKey: [get("One key, by name", "/my/keys/demo", { answer: key })],
  CreateKey: [
    post("Add a key", "/my/keys", {
      body: { name: laptop.name, key: laptop.key },
      status: 201,
      answer: laptop,
      answerHeaders: {
        Location: "/demo/keys/cd%3A96%3A6c%3A54%3A8a%3A4a%3Ade%3A80%3A6c%3A28%3A7f%3Af1%3A75%3Aa1%3A39%3A40",
      },
    }),
    post("Add a key that can only tag one image, and ends", "/my/keys", {
      body: { key: ci.key, scope: ci.scope, expires: "2099-12-31T00:00:00Z" },
      status: 201,
      answer: ci,
    }),
    post("A scope that names no operation", "/my/keys", {
      body: { key: ci.key, scope: "images:write" },
      status: 409,
      answer: {
        code: "InvalidArgument",
        message:
          'scope is words with blanks between, of account:read, account:write, images:clone, images:delete, images:read, images:share, images:tag, images:update, keys; an images: word may be of one image: images:tag@UUID; "images:write" was sent',
      },
    }),
  ],
  DeleteKey: [remove("Delete a key", "/my/keys/laptop", { after: ["CreateKey"] })],
  ListDatacenters: [
    get("The name of the service, and its address", "/my/datacenters", {
      answer: { edge: sampleOrigin },
      varies: ["edge"],
    }),
  ],
  Ping: [get("It runs", "/--ping", { answer: { ping: "pong", cloudapi: { versions } } })],
  Health: [
    get("The database answers", "/--health", {
      answer: { healthy: true, milliseconds: 1.2, age: 0, readOnly: false },
      varies: ["milliseconds", "age"],
    }),
  ],
};
