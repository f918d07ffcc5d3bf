import { and, eq, ne, or, type SQL, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import { authority } from "./authority.ts";
import { type Database, writeStatement } from "./client.ts";
import {
  type ImageRow,
  outcomeStatement,
  type Seen,
  seen,
  seenStatement,
  type WriteOutcome,
  writeOutcome,
} from "./outcome.ts";
import { images } from "./schema.ts";
import { canBeMade, type Write, writeValues, writtenColumns } from "./write.ts";

/** The image as stored, whoever may see it: `images/access` judges. */
export const getImage = async (db: Database, values: Caller & { image: string }): Promise<Seen> =>
  seen(await db.first(seenStatement, values));

/** The columns that UpdateImage may write; JSON columns as text. Those of `undefined` stay as they are. */
export type ImageChange = Partial<
  Pick<ImageRow, "name" | "version" | "description" | "homepage" | "eula" | "acl" | "tags">
>;

/** The columns that UpdateImage may write, in the documentation's order. */
export const changeable = ["name", "version", "description", "homepage", "eula", "acl", "tags"] as const;

type Changeable = (typeof changeable)[number];

const isSent = (field: Changeable): SQL => sql`"change".${sql.identifier(`has_${field}`)}`;
const sent = (field: Changeable): SQL => sql`"change".${sql.identifier(field)}`;

/** The sent fields as one row, so that each is bound once. */
const changeRow = sql`(SELECT ${sql.join(
  changeable.flatMap((field) => [
    sql`${sql.placeholder(`has_${field}`)} AS ${sql.identifier(`has_${field}`)}`,
    sql`${sql.placeholder(field)} AS ${sql.identifier(field)}`,
  ]),
  sql`, `,
)}) AS "change"`;

/** One static statement for every choice of fields. Without effect where every sent field is as stored already. */
const updateStatement = writeStatement((db) =>
  db
    .update(images)
    .set({
      ...Object.fromEntries(
        changeable.map((field) => [
          field,
          sql`CASE WHEN ${isSent(field)} THEN ${sent(field)} ELSE ${images[field]} END`,
        ]),
      ),
      ...writtenColumns,
      revision: sql`${images.revision} + 1`,
    })
    .from(changeRow)
    .where(
      and(
        eq(images.uuid, sql.placeholder("image")),
        eq(images.owner, sql.placeholder("account")),
        ne(images.state, "destroyed"),
        or(...changeable.map((field) => sql`(${isSent(field)} AND ${sent(field)} IS NOT ${images[field]})`)),
        canBeMade,
        authority(db),
      ),
    ),
);

/**
 * Updates an image if its owner asks and something changes by it, in one batch: the conditional write, then one row that
 * tells what came of it. Bears being sent twice.
 */
export async function updateImage(
  db: Database,
  { image, change, write }: { image: string; change: ImageChange; write: Write },
): Promise<WriteOutcome> {
  const values = { image, ...writeValues(write) };
  const assignments = Object.fromEntries(
    changeable.flatMap((field) => [
      [`has_${field}`, change[field] === undefined ? 0 : 1],
      [field, change[field] ?? null],
    ]),
  );
  return writeOutcome(
    await db.writeThenRead([updateStatement, { ...values, ...assignments }], [outcomeStatement, values]),
    write,
  );
}
