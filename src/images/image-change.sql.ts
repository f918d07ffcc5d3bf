import { and, eq, type SQL, sql } from "drizzle-orm";
import { authority } from "../db/authority.ts";
import { images } from "../db/schema.ts";
import { asColumn, type Expression, type Placeholders, query, statement } from "../db/statement.ts";
import { imageColumns } from "./image-row.sql.ts";
import { isApplicable, recordColumns, type Write, type WriteValues } from "./write-record.sql.ts";

type ImageColumn = keyof typeof imageColumns;

/** What a write makes of the image of the path. */
type Change = {
  /** The values of the columns that it sets, beside the revision. */
  set: { readonly [Name in ImageColumn]?: SQL };
  /** A table of one row that `set` and `changes` read, if they do; where it has no row, nothing is written. */
  from?: SQL;
  /** Who may: the owner, unless it says otherwise. */
  allowed?: SQL;
  /** Whether the write changes anything, and keeps within its bounds. */
  changes: SQL | undefined;
};

/** The image of the path as a change computes it, once: SQLite does not flatten a subquery with a LIMIT. */
export const computed = (columns: SQL, image: SQL): SQL =>
  sql`(SELECT ${columns} FROM ${images} WHERE ${images.uuid} = ${image} LIMIT 1) AS "change"`;

const next = sql`${images.revision} + 1`;

/** The images that the write is applied to: the one of the path, or none. */
const isWritten = (bind: Placeholders<WriteValues>, { allowed, changes }: Change): SQL | undefined =>
  and(
    eq(images.uuid, bind.image),
    allowed ?? eq(images.owner, bind.account),
    // A literal: bound against a partial index's column, SQLite prepares the statement and its triggers anew at each run.
    sql`${images.state} <> 'destroyed'`,
    changes,
    isApplicable(bind),
    authority(bind),
  );

/** The columns of an image as the write leaves them. */
function rehearsedColumns({ set }: Change): typeof imageColumns {
  const changed = Object.entries({ ...set, revision: next }).map(([name, value]): [string, Expression<unknown>] => {
    const column = imageColumns[name as ImageColumn]; // `set` has no other names.
    return [name, asColumn(column, value)];
  });
  // Each expression reads what its column would.
  return { ...imageColumns, ...Object.fromEntries(changed) };
}

/**
 * The statement of a write, and the one that reads the image as the write would leave it: no row where it would not be
 * applied. Both say the same by being made of the same.
 */
export function imageChange<Values extends WriteValues>(define: (bind: Placeholders<Values>) => Change) {
  const apply = statement<Values>().writes((bind) => {
    const change = define(bind);
    const update = query.update(images).set({ ...change.set, revision: next, ...recordColumns(bind) });
    return (change.from ? update.from(change.from) : update).where(isWritten(bind, change));
  });
  const rehearse = statement<Values>().reads(
    (bind) => rehearsedColumns(define(bind)),
    (columns, bind) => {
      const change = define(bind);
      const image = query.select(columns).from(images);
      return (change.from ? image.innerJoin(change.from, sql`true`) : image).where(isWritten(bind, change));
    },
  );
  return { apply, rehearse };
}

/** The statement to run: the write, or for a dry run its rehearsal. */
export const choose = <Apply, Rehearse>(
  { apply, rehearse }: { apply: Apply; rehearse: Rehearse },
  { isDryRun }: Write,
): Apply | Rehearse => (isDryRun ? rehearse : apply);
