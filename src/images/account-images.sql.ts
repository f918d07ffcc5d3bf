import { type SQL, sql } from "drizzle-orm";
import { images } from "../db/schema.ts";
import type { Placeholders } from "../db/statement.ts";
import { longColumns } from "../tables.ts";
import { countBytes, countLongBytes } from "./image-row.sql.ts";

/** The bound on the bytes of an account's images: ACCOUNT_IMAGE_BYTES. docs/configuration.md#what-an-account-can-store */

/** The rows of `image_acl` and their index take up to seven times the acl. A destroyed image has none. */
const liveBytes = sql`${countLongBytes(images)} + 7 * ${countBytes(images.acl)}`;

/** How many bytes more an image takes with new values of some columns. Undefined if its bytes cannot change. */
export const countGrowth = (values: Readonly<Record<string, SQL>>): SQL | undefined =>
  longColumns.reduce<SQL | undefined>((sum, name) => {
    const value = values[name];
    if (!value) return sum;
    const times = sql.raw(name === "acl" ? "8" : "1");
    const growth = sql`${times} * (${countBytes(value)} - ${countBytes(images[name])})`;
    return sum ? sql`${sum} + ${growth}` : growth;
  }, undefined);

/**
 * The bytes that a write would leave the account's images with, if that is more than they may take. Else NULL. A write that
 * leaves its image within 32 KiB, or no larger than before, reads no other image.
 *
 * @param growth how many bytes more the image takes. Undefined if none
 * @param before bytes of the image before
 */
export const excessBytes = (
  { account, maxImageBytes }: Placeholders<{ account: string; maxImageBytes: number }>,
  growth: SQL | undefined,
  before = liveBytes,
): SQL => {
  if (!growth) return sql`NULL`;
  const sum = (bytes: SQL, state: SQL): SQL =>
    sql`(SELECT total(${bytes}) FROM ${images} WHERE ${images.owner} = ${account} AND ${images.state} ${state})`;
  const all = sql`${growth} + ${sum(liveBytes, sql`<> 'destroyed'`)} + ${sum(countLongBytes(images), sql`= 'destroyed'`)}`;
  return sql`CASE WHEN ${maxImageBytes} > 0 AND ${growth} > max(0, 32768 - (${before}))
    THEN nullif(max(${maxImageBytes}, ${all}), ${maxImageBytes}) END`;
};
