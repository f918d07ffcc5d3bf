import { and, eq, getTableColumns, ne, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import { authority } from "./authority.ts";
import { type Database, selectStatement, writeStatement } from "./client.ts";
import {
  type ImageRow,
  notYetWritten,
  outcomeStatement,
  type SeenImage,
  shared,
  type WriteOutcome,
  writeOutcome,
} from "./outcome.ts";
import { images } from "./schema.ts";

const seenFields = { ...getTableColumns(images), shared: shared.as("shared") };

/** One image and whether it is shared with who asks. */
export const getStatement = selectStatement(seenFields, (db, fields) =>
  db
    .select(fields)
    .from(images)
    .where(eq(images.uuid, sql.placeholder("image"))),
);

/** The image as stored, whoever may see it: `images/access` judges. Undefined when there is none. */
export const getImage = (db: Database, values: { image: string; account: string }): Promise<SeenImage | undefined> =>
  db.first(getStatement, values);

/** The columns that UpdateImage may write; JSON columns as text. Those of `undefined` stay as they are. */
export type ImageChange = Partial<
  Pick<ImageRow, "name" | "version" | "description" | "homepage" | "eula" | "acl" | "tags">
>;

const changeable = ["name", "version", "description", "homepage", "eula", "acl", "tags"] as const;

/** One static statement for every choice of fields: `name = CASE WHEN ?has THEN ? ELSE name END`. */
const updateStatement = writeStatement((db) =>
  db
    .update(images)
    .set({
      ...Object.fromEntries(
        changeable.map((field) => [
          field,
          sql`CASE WHEN ${sql.placeholder(`has_${field}`)} THEN ${sql.placeholder(field)} ELSE ${images[field]} END`,
        ]),
      ),
      revision: sql`${images.revision} + 1`,
      write_id: sql`${sql.placeholder("writeId")}`,
    })
    .where(
      and(
        eq(images.uuid, sql.placeholder("image")),
        eq(images.owner, sql.placeholder("account")),
        ne(images.state, "destroyed"),
        notYetWritten,
        authority(db),
      ),
    ),
);

/**
 * Updates an image if its owner asks, in one batch: the conditional write, then one row that tells what came of it.
 * Bears being sent twice.
 */
export async function updateImage(
  db: Database,
  { image, caller, change }: { image: string; caller: Caller; change: ImageChange },
): Promise<WriteOutcome> {
  const writeId = crypto.randomUUID();
  const values = { image, ...caller };
  const assignments = Object.fromEntries(
    changeable.flatMap((field) => [
      [`has_${field}`, change[field] === undefined ? 0 : 1],
      [field, change[field] ?? null],
    ]),
  );
  const row = await db.writeThenRead(
    [updateStatement, { ...values, ...assignments, writeId }],
    [outcomeStatement, values],
  );
  return writeOutcome(row, row?.write_id === writeId);
}
