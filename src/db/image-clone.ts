import { getTableColumns, sql } from "drizzle-orm";
import { authority } from "./authority.ts";
import { type Database, writeStatement } from "./client.ts";
import { outcomeStatement, shared, type WriteOutcome, writeOutcome } from "./outcome.ts";
import { images } from "./schema.ts";
import { canBeMade, type Write, writeValues, writtenColumns } from "./write.ts";

/** What a clone does not take from its source, and what it has instead. */
const ownValues: Readonly<Record<string, ReturnType<typeof sql>>> = {
  uuid: sql`${sql.placeholder("clone")}`,
  owner: sql`${sql.placeholder("account")}`,
  public: sql`0`,
  acl: sql`NULL`,
  published_at: sql`${sql.placeholder("now")}`,
  error: sql`NULL`,
  revision: sql`1`,
  ...writtenColumns,
};

const columns = Object.entries(getTableColumns(images));

const cloneStatement = writeStatement((db) => ({
  toSQL: () =>
    db
      .all(
        sql`INSERT INTO ${images} (${sql.join(
          columns.map(([, column]) => sql.identifier(column.name)),
          sql`, `,
        )}) SELECT ${sql.join(
          columns.map(([name, column]) => ownValues[name] ?? sql`${column}`),
          sql`, `,
        )} FROM ${images} WHERE ${images.uuid} = ${sql.placeholder("image")}
          AND ${images.state} IN ('active', 'disabled') AND ${images.type} IS NOT 'docker'
          AND ${shared} AND ${canBeMade} AND ${authority(db)}`,
      )
      .getQuery(),
}));

/** Copies an image that is shared with the caller by acl as the caller's own, in one batch. Bears being sent twice. */
export async function cloneImage(
  db: Database,
  { image, write }: { image: string; write: Write },
): Promise<WriteOutcome> {
  const values = { image, clone: crypto.randomUUID(), now: new Date().toISOString(), ...writeValues(write) };
  return writeOutcome(await db.writeThenRead([cloneStatement, values], [outcomeStatement, values]), write);
}
