import type { NeededWord } from "./scope.ts";

type WriteRow = { action: string; isOverwriting?: true };

/**
 * The operations that write an image. `action`: the audit's name for the revision. `isOverwriting`: the operation replaces
 * values that the client may not have read, so REQUIRE_IF_MATCH applies. docs/contract.md#audit
 */
export const imageWrites = {
  UpdateImage: { action: "update", isOverwriting: true },
  RevertImage: { action: "revert", isOverwriting: true },
  CloneImage: { action: "clone" },
  DeleteImage: { action: "delete" },
  AddImageAcl: { action: "add-acl" },
  RemoveImageAcl: { action: "remove-acl" },
  LeaveImage: { action: "leave" },
  AddImageTags: { action: "add-tags" },
  ReplaceImageTags: { action: "replace-tags", isOverwriting: true },
  DeleteImageTag: { action: "delete-tag" },
  DeleteImageTags: { action: "delete-tags" },
} as const satisfies Record<string, WriteRow>;

export type WriteOperation = keyof typeof imageWrites;

/** Whether REQUIRE_IF_MATCH demands an If-Match of the operation. */
export const isOverwriting = (operation: WriteOperation): boolean => {
  const row: WriteRow = imageWrites[operation];
  return row.isOverwriting === true;
};

/** Every operation, in CloudAPI's words. docs/contract.md#operations */
export type Operation =
  | WriteOperation
  | "ListImages"
  | "GetImage"
  | "ListImageTags"
  | "GetImageTag"
  | "ImageAudit"
  | "ListChanges"
  | "GetAccount"
  | "UpdateAccount"
  | "ListKeys"
  | "GetKey"
  | "CreateKey"
  | "DeleteKey"
  | "ListDatacenters"
  | "Ping"
  | "Health";

/**
 * The words of a key's scope that each operation needs: of each inner list, one. UpdateImage and RevertImage need more for
 * some fields, and GetKey and DeleteKey need `keys` for any key but the one that signs. docs/contract.md#scopes
 */
export const neededWords: Readonly<Record<Operation, readonly (readonly NeededWord[])[]>> = {
  ListImages: [["images:read@any"]],
  GetImage: [["images:read@path"]],
  ImageAudit: [["images:read@path"]],
  ListChanges: [["images:read"]],
  ListImageTags: [["images:read@path"]],
  GetImageTag: [["images:read@path"]],
  UpdateImage: [["images:update@path", "images:tag@path", "images:share@path"]],
  RevertImage: [["images:update@path"], ["images:tag@path"]],
  CloneImage: [["images:clone@path"]],
  DeleteImage: [["images:delete@path"]],
  AddImageAcl: [["images:share@path"]],
  RemoveImageAcl: [["images:share@path"]],
  LeaveImage: [["images:share@path"]],
  AddImageTags: [["images:tag@path"]],
  ReplaceImageTags: [["images:tag@path"]],
  DeleteImageTag: [["images:tag@path"]],
  DeleteImageTags: [["images:tag@path"]],
  GetAccount: [["account:read"]],
  UpdateAccount: [["account:write"]],
  ListKeys: [["keys"]],
  CreateKey: [["keys"]],
  GetKey: [],
  DeleteKey: [],
  ListDatacenters: [],
  Ping: [],
  Health: [],
};
