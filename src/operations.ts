/** A row of `imageWrites`. */
type ImageWriteRow = {
  /** What the audit calls its revision. */
  action: string;
  /** It overwrites what its client may not have seen, so REQUIRE_IF_MATCH demands an If-Match. docs/configuration.md */
  isOverwriting?: true;
};

/** The operations that write an image. docs/contract.md#audit */
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
} as const satisfies Record<string, ImageWriteRow>;

/** An operation that writes an image. */
export type ImageWrite = keyof typeof imageWrites;

/** Whether REQUIRE_IF_MATCH demands an If-Match of the operation. */
export const isOverwriting = (operation: ImageWrite): boolean => {
  const row: ImageWriteRow = imageWrites[operation];
  return row.isOverwriting === true;
};

/** Every operation, in CloudAPI's words. docs/contract.md#operations */
export type Operation =
  | ImageWrite
  | "ListImages"
  | "GetImage"
  | "ListImageTags"
  | "GetImageTag"
  | "ImageAudit"
  | "GetAccount"
  | "UpdateAccount"
  | "ListKeys"
  | "GetKey"
  | "CreateKey"
  | "DeleteKey"
  | "ListDatacenters"
  | "Ping"
  | "Health";
