/** Operations that write an image, one row each: what the audit calls the revision that they make. docs/contract.md#audit */
export const imageWrites = {
  UpdateImage: "update",
  CloneImage: "clone",
  DeleteImage: "delete",
} as const;

/** An operation that writes an image. */
export type ImageWrite = keyof typeof imageWrites;

/** Every operation, in CloudAPI's words. docs/contract.md#operations */
export type Operation =
  | ImageWrite
  | "ListImages"
  | "GetImage"
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
