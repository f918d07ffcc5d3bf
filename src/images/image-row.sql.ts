import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { imageHistory, imageRevisions, images } from "../db/schema.ts";
import { boolean, leftJoined, type Placeholder, pick, type RowOf } from "../db/statement.ts";
import { longColumns, manifestColumnNames } from "../tables.ts";
import { isSharedWith } from "./visibility.sql.ts";

/** The columns of an image: one for each manifest field, and the revision. JSON columns are text. */
export const imageColumns = pick(images, ["uuid", ...manifestColumnNames, "revision"]);

export type ImageRow = RowOf<typeof imageColumns>;

/** The columns of a revision that make up the image. */
export const revisionColumns = {
  uuid: imageHistory.image,
  ...pick(imageHistory, ["revision", ...manifestColumnNames]),
};

/** The columns of a revision that the audit shows, with the values before it. */
export const auditColumns = pick(imageRevisions, [
  "image",
  "revision",
  "time",
  "account",
  "key_sha256",
  "key_scope",
  "request_id",
  "operation",
  "changed",
  "is_cut",
  ...manifestColumnNames,
]);

/** An image, whether the caller can see it or not. `isShared`: its acl has the caller. */
export type FoundImage = ImageRow & { isShared: boolean };

/** The current image, for a SELECT that left-joins `images`. */
export const foundImage = (account: Placeholder) =>
  leftJoined({ ...imageColumns, isShared: boolean(isSharedWith(images, account)) }, "uuid");

/** Bytes of a text. SQLite knows the length of a column's value without reading it. */
export const countBytes = (text: SQLWrapper): SQL => sql`coalesce(octet_length(${text}), 0)`;

/** Bytes of the long texts of a row. */
export const countLongBytes = (texts: Readonly<Record<(typeof longColumns)[number], SQLWrapper>>): SQL =>
  sql.join(
    longColumns.map((name) => countBytes(texts[name])),
    sql` + `,
  );
