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
