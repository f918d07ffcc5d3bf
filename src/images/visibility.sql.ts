import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { imageAcl, images } from "../db/schema.ts";
import type { Placeholder } from "../db/statement.ts";
import { activatedStates } from "../image-states.ts";

/**
 * Who may see an image, in SQL. `rules/visibility` is the same rule in TypeScript; a test compares the two for every kind
 * of image. docs/contract.md#visibility
 */

/** `images`, or an alias of it. */
type ImageTable = Readonly<Record<"uuid" | "owner" | "public" | "state", SQLWrapper>>;

/** States as the list of an IN. Literals: SQLite matches them with the WHERE of a partial index. */
export const listStates = (states: readonly string[]): SQL => sql.raw(states.map((state) => `'${state}'`).join(", "));

/** Whether the image is activated. Accounts other than the owner see only activated images. */
export const isActivated = (image: ImageTable): SQL => sql`${image.state} IN (${listStates(activatedStates)})`;

/** Whether the image's acl has the account. */
export const isSharedWith = (image: ImageTable, account: Placeholder): SQL =>
  sql`EXISTS (SELECT 1 FROM ${imageAcl} WHERE ${imageAcl.image} = ${image.uuid} AND ${imageAcl.account} = ${account})`;

const isOwn = (image: ImageTable, account: Placeholder): SQL =>
  sql`(${image.owner} = ${account} AND ${image.state} <> 'destroyed')`;

const isPublic = (image: ImageTable): SQL => sql`(${image.public} = 1 AND ${isActivated(image)})`;

/** Whether the account can see the image. */
export const isVisible = (image: ImageTable, account: Placeholder): SQL =>
  sql`(${isOwn(image, account)} OR ${isPublic(image)} OR (${isActivated(image)} AND ${isSharedWith(image, account)}))`;

/** Whether the image is one of those that the caller's scope is for. @param images JSON array of ids. Null for all */
export const isInScope = (image: ImageTable, images: Placeholder): SQL =>
  sql`(${images} IS NULL OR ${image.uuid} IN (SELECT value FROM json_each(${images})))`;

/**
 * Selects the rowids of all images that the account can see: `isVisible`, with one index for each of its three ways. SQLite
 * would read every row for one condition with OR.
 */
export const selectVisible = (account: Placeholder): SQL => sql`
  SELECT rowid FROM ${images} WHERE ${isOwn(images, account)}
  UNION SELECT rowid FROM ${images} WHERE ${isPublic(images)}
  UNION SELECT ${images}.rowid FROM ${imageAcl} CROSS JOIN ${images} ON ${images.uuid} = ${imageAcl.image}
    WHERE ${imageAcl.account} = ${account} AND ${isActivated(images)}`;
