import { eq } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { query, statement } from "../db/statement.ts";
import { type SeenImage, seenImage } from "./image-row.sql.ts";

/** The caller's authority and an image, visible or not; null when it does not exist. */
type FoundImage = { hasAuthority: boolean; image: SeenImage | null };

/** The image of an id, whoever may see it: `images/visibility` decides. An id of null names none. */
export const getImageStatement = statement<Caller & { image: string | null }>().reads(
  (bind) => ({ hasAuthority, image: seenImage(bind.account) }),
  (columns, bind) => query.select(columns).from(callerRow(bind)).leftJoin(images, eq(images.uuid, bind.image)),
);

/** Reads an image. A malformed id matches no row, so it is not validated. One round trip. */
export const getImage = async (db: Database, values: Caller & { image: string }): Promise<FoundImage> =>
  readOnlyRow(await db.all(getImageStatement.with(values)));
