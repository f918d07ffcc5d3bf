import type { Operation, WriteOperation } from "../../src/operations.ts";
import { type Examples, example } from "./exchange.ts";

type ImageOperation = WriteOperation | Extract<Operation, `${string}Image${string}`>;

const path = `/my/images/${example.image}`;
const sharedPath = `/my/images/${example.shared}`;

/** The image of the examples, as it is provisioned. */
const image = {
  id: example.image,
  name: "my-image",
  version: "1.0.0",
  os: "smartos",
  requirements: {},
  type: "zone-dataset",
  tags: { role: "db" },
  published_at: "2013-11-25T17:44:54Z",
  owner: example.account,
  public: true,
  state: "active",
};

const shared = {
  id: example.shared,
  name: "base",
  version: "1.0.0",
  os: "smartos",
  requirements: {},
  type: "zone-dataset",
  published_at: "2026-11-01T00:00:00Z",
  owner: example.other,
  public: false,
  state: "active",
  acl: [example.account],
};

const renamed = { ...image, name: "my-renamed-image", tags: { role: "db", zone: 1 } };

const { acl: _, ...withoutAcl } = shared;
const clone = { ...withoutAcl, id: "5d1c9f3a-6c0e-4a55-9a2e-1b7f5f0a9c11", owner: example.account };

/** Examples of the image operations. */
export const imageExchanges: Readonly<Record<ImageOperation, Examples>> = {
  ListImages: [
    { title: "The first two images", method: "GET", path: "/my/images?limit=2", status: 200, answer: [image, shared] },
    {
      title: "Images by a part of the name and a tag",
      method: "GET",
      path: "/my/images?name=~image&tag.role=db",
      status: 200,
      answer: [image],
    },
  ],
  GetImage: [
    {
      title: "The image, with the ETag for If-Match",
      method: "GET",
      path,
      status: 200,
      answer: image,
      answerHeaders: { ETag: '"1-9.0.0"' },
    },
    {
      title: "An earlier revision",
      method: "GET",
      path: `${path}?revision=1`,
      after: ["UpdateImage"],
      status: 200,
      answer: image,
      answerHeaders: { ETag: '"1-9.0.0"' },
    },
  ],
  UpdateImage: [
    {
      title: "Change two fields, at this revision alone, and once however often it is sent",
      method: "POST",
      path: `${path}?action=update`,
      headers: { "If-Match": '"1-9.0.0"', "Idempotency-Key": "rename-of-25-november" },
      body: { name: "my-renamed-image", tags: { role: "db", zone: 1 } },
      status: 200,
      answer: renamed,
      answerHeaders: { ETag: '"2-9.0.0"', "Changed-Fields": "name, tags" },
    },
    {
      title: "Fields that break their rules",
      method: "POST",
      path: `${path}?action=update`,
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
    },
    {
      title: "An If-Match of a revision that is no more",
      method: "POST",
      path: `${path}?action=update`,
      headers: { "If-Match": '"1-9.0.0"' },
      body: { version: "1.0.1" },
      after: ["UpdateImage"],
      status: 412,
      answer: {
        code: "PreconditionFailed",
        message:
          "the image is at revision 2, and If-Match names another: read it, and send the request again with its new ETag if it still applies",
      },
      answerHeaders: { ETag: '"2-9.0.0"' },
    },
  ],
  CloneImage: [
    {
      title: "Copy an image that is shared with the account",
      method: "POST",
      path: `${sharedPath}?action=clone`,
      status: 200,
      answer: clone,
      answerHeaders: { ETag: '"1-9.0.0"' },
      varies: ["id", "published_at"],
    },
  ],
  RevertImage: [
    {
      title: "The fields of revision 1, as a new revision",
      method: "POST",
      path: `${path}?action=revert`,
      body: { revision: 1 },
      after: ["UpdateImage"],
      status: 200,
      answer: image,
      answerHeaders: { ETag: '"3-9.0.0"', "Changed-Fields": "name, tags" },
    },
  ],
  ImageAudit: [
    {
      title: "The newest revision",
      method: "GET",
      path: `${path}/audit?limit=1`,
      after: ["UpdateImage"],
      status: 200,
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
            tags: { before: image.tags, after: renamed.tags },
          },
        },
      ],
      varies: ["time", "requestId"],
    },
  ],
  AddImageAcl: [
    {
      title: "Share the image with one more account",
      method: "POST",
      path: `${path}/acl?action=add`,
      body: [example.other],
      status: 200,
      answer: { ...image, acl: [example.other] },
      answerHeaders: { ETag: '"2-9.0.0"', "Changed-Fields": "acl" },
    },
  ],
  RemoveImageAcl: [
    {
      title: "Take a grant back",
      method: "POST",
      path: `${path}/acl?action=remove`,
      body: [example.other],
      after: ["AddImageAcl"],
      status: 200,
      answer: image,
      answerHeaders: { ETag: '"3-9.0.0"', "Changed-Fields": "acl" },
    },
  ],
  LeaveImage: [
    {
      title: "Leave an image that was shared with the account",
      method: "POST",
      path: `${sharedPath}/acl?action=remove`,
      body: [example.account],
      status: 204,
    },
  ],
  ListImageTags: [
    {
      title: "All tags",
      method: "GET",
      path: `${path}/tags`,
      status: 200,
      answer: { role: "db" },
      answerHeaders: { ETag: '"1-9.0.0"' },
    },
  ],
  GetImageTag: [{ title: "One tag", method: "GET", path: `${path}/tags/role`, status: 200, answer: "db" }],
  AddImageTags: [
    {
      title: "Add a tag",
      method: "POST",
      path: `${path}/tags`,
      body: { zone: 1 },
      status: 200,
      answer: { role: "db", zone: 1 },
      answerHeaders: { ETag: '"2-9.0.0"', "Changed-Fields": "tags" },
    },
    {
      title: "The same as a rehearsal",
      method: "POST",
      path: `${path}/tags?dry-run=true`,
      body: { zone: 2 },
      status: 200,
      answer: { role: "db", zone: 2 },
      answerHeaders: { ETag: '"2-9.0.0"', "Changed-Fields": "tags", "Dry-Run": "true" },
    },
  ],
  ReplaceImageTags: [
    {
      title: "These tags and no others",
      method: "PUT",
      path: `${path}/tags`,
      body: { role: "web" },
      status: 200,
      answer: { role: "web" },
      answerHeaders: { ETag: '"2-9.0.0"', "Changed-Fields": "tags" },
    },
  ],
  DeleteImageTag: [{ title: "Delete one tag", method: "DELETE", path: `${path}/tags/role`, status: 204 }],
  DeleteImageTags: [{ title: "Delete all tags", method: "DELETE", path: `${path}/tags`, status: 204 }],
  DeleteImage: [{ title: "Delete the image", method: "DELETE", path, status: 204 }],
};
