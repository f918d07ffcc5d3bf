import { and, eq, exists, getTableColumns, ne, type SQL, sql } from "drizzle-orm";
import type { DrizzleD1Database } from "drizzle-orm/d1";
import { alias } from "drizzle-orm/sqlite-core";
import type { Caller } from "../auth/authenticate.ts";
import { type Database, selectStatement, writeStatement } from "./client.ts";
import { accounts, imageAcl, images, keys } from "./schema.ts";

/** A stored image: column = manifest field. JSON columns are text. */
export type ImageRow = typeof images.$inferSelect;

/** The caller's authority, as it is now, in SQL: the key is there, its account enabled, and own or an operator's. */
function authority(db: DrizzleD1Database): SQL {
  const signer = alias(accounts, "signer");
  return exists(
    db
      .select({ one: sql`1` })
      .from(keys)
      .innerJoin(signer, eq(signer.uuid, keys.account))
      .where(
        and(
          eq(keys.account, sql.placeholder("signer")),
          eq(keys.fingerprintSha256, sql.placeholder("fingerprintSha256")),
          eq(signer.disabled, false),
          sql`(${signer.uuid} = ${sql.placeholder("account")} OR ${signer.operator} = 1)`,
        ),
      ),
  );
}

/** Whether the image is shared with the account by acl. */
const shared = sql<number>`EXISTS (SELECT 1 FROM ${imageAcl} WHERE ${imageAcl.image} = ${sql.placeholder("image")} AND ${imageAcl.account} = ${sql.placeholder("account")})`;

const seenFields = { ...getTableColumns(images), shared: shared.as("shared") };

/** An image and whether it is shared with who asks. */
export type SeenImage = ImageRow & { shared: number };

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
        // The same write again, its acknowledgement lost: already made.
        sql`${images.write_id} IS NOT ${sql.placeholder("writeId")}`,
        authority(db),
      ),
    ),
);

/** What the caller and the image are, in the transaction of the write. Without an image only `hasAuthority` is there. */
const outcomeFields = {
  ...getTableColumns(images),
  uuid: sql<string | null>`${images.uuid}`.as("uuid"),
  shared: shared.as("shared"),
  hasAuthority: sql<number>`"caller"."hasAuthority"`.as("hasAuthority"),
};

const outcomeStatement = selectStatement(outcomeFields, (db, fields) =>
  db
    .select(fields)
    .from(sql`(SELECT ${authority(db)} AS "hasAuthority") AS "caller"`)
    .leftJoin(images, eq(images.uuid, sql.placeholder("image"))),
);

/** What came of a write: the caller's authority, the image as it is now, and whether this write made it so. */
export type WriteOutcome = { hasAuthority: boolean; image: SeenImage | undefined; isWritten: boolean };

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
  return { hasAuthority: row?.hasAuthority === 1, image: seenImage(row), isWritten: row?.write_id === writeId };
}

function seenImage(row: ReturnType<typeof outcomeStatement.read> | undefined): SeenImage | undefined {
  if (!row || row.uuid === null) return undefined;
  const { hasAuthority: _, uuid, ...rest } = row;
  return { ...rest, uuid };
}
