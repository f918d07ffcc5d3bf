import { getTableColumns } from "drizzle-orm";
import { images } from "../db/schema.ts";
import { boolean, leftJoined, type Placeholder, type RowOf } from "../db/statement.ts";
import { isSharedWith } from "./visibility.sql.ts";

const { write: _, write_id: __, ...columns } = getTableColumns(images);

/** The columns that are read of an image: one a manifest field, and the revision. JSON columns are text. */
export const imageColumns = columns;

/** A stored image. */
export type ImageRow = RowOf<typeof imageColumns>;

/** An image, and whether it is shared with the caller by acl. */
export type SeenImage = ImageRow & { isShared: boolean };

/** The image as it is now, for a select that left-joins `images`. */
export const seenImage = (account: Placeholder) =>
  leftJoined({ ...imageColumns, isShared: boolean(isSharedWith(images, account)) }, "uuid");
