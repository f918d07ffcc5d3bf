import { getTableColumns, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import { authority } from "./authority.ts";
import { type Database, selectStatement, writeStatement } from "./client.ts";
import { outcomeFields, outcomeQuery, shared, type WriteOutcome, writeOutcome } from "./outcome.ts";
import { images } from "./schema.ts";

const clone = sql.placeholder("clone");

/** What a clone does not take from its source, and what it has instead. */
const ownValues: Readonly<Record<string, ReturnType<typeof sql>>> = {
  uuid: sql`${clone}`,
  owner: sql`${sql.placeholder("account")}`,
  public: sql`0`,
  acl: sql`NULL`,
  published_at: sql`${sql.placeholder("now")}`,
  error: sql`NULL`,
  revision: sql`1`,
  write_id: sql`NULL`,
};

const columns = Object.entries(getTableColumns(images));

/** Without effect when it was made before: the clone's id is this request's own. */
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
          AND ${shared} AND ${authority(db)} ON CONFLICT DO NOTHING`,
      )
      .getQuery(),
}));

/** Tells about the clone where it was made, and about its source where it was not. */
const clonedStatement = selectStatement(outcomeFields, (db, fields) =>
  outcomeQuery(
    db,
    fields,
    sql`coalesce((SELECT c.uuid FROM ${images} c WHERE c.uuid = ${clone}), ${sql.placeholder("image")})`,
  ),
);

/** Copies an image that is shared with the caller by acl as the caller's own, in one batch. Bears being sent twice. */
export async function cloneImage(
  db: Database,
  { image, caller }: { image: string; caller: Caller },
): Promise<WriteOutcome> {
  const cloneId = crypto.randomUUID();
  const values = { image, clone: cloneId, now: new Date().toISOString(), ...caller };
  const row = await db.writeThenRead([cloneStatement, values], [clonedStatement, values]);
  return writeOutcome(row, row?.uuid === cloneId);
}
