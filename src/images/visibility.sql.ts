import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { imageAcl, images } from "../db/schema.ts";
import type { Placeholder } from "../db/statement.ts";

/**
 * Who may see an image, in SQL. `images/visibility.ts` is the same rule in TypeScript, and a test compares the two for
 * every kind of image. docs/contract.md#visibility
 */

/** `images`, or an alias of it. */
type ImageTable = Readonly<Record<"uuid" | "owner" | "public" | "state", SQLWrapper>>;

/** Whether the image is activated: only then can another account than the owner see it. */
export const isActivated = (image: ImageTable): SQL => sql`${image.state} IN ('active', 'disabled')`;

/** Whether the image is shared with the account by acl. */
export const isSharedWith = (image: ImageTable, account: Placeholder): SQL =>
  sql`EXISTS (SELECT 1 FROM ${imageAcl} WHERE ${imageAcl.image} = ${image.uuid} AND ${imageAcl.account} = ${account})`;

const isOwn = (image: ImageTable, account: Placeholder): SQL =>
  sql`(${image.owner} = ${account} AND ${image.state} <> 'destroyed')`;

const isPublic = (image: ImageTable): SQL => sql`(${image.public} = 1 AND ${isActivated(image)})`;

/** Whether the account can see the image. */
export const isVisible = (image: ImageTable, account: Placeholder): SQL =>
  sql`(${isOwn(image, account)} OR ${isPublic(image)} OR (${isActivated(image)} AND ${isSharedWith(image, account)}))`;

/**
 * The rowids of all images that the account can see: `isVisible`, each of its three ways by an index of its own. As one
 * condition with OR, SQLite reads every row.
 */
export const selectVisible = (account: Placeholder): SQL => sql`
  SELECT rowid FROM ${images} WHERE ${isOwn(images, account)}
  UNION SELECT rowid FROM ${images} WHERE ${isPublic(images)}
  UNION SELECT ${images}.rowid FROM ${imageAcl} CROSS JOIN ${images} ON ${images.uuid} = ${imageAcl.image}
    WHERE ${imageAcl.account} = ${account} AND ${isActivated(images)}`;
