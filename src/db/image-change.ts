import { and, eq, type SQL, sql } from "drizzle-orm";
import { authority } from "./authority.ts";
import { imageColumns } from "./image-row.ts";
import { images } from "./schema.ts";
import { type Expression, type Placeholders, query, statement } from "./statement.ts";
import { isApplicable, recordColumns, type Write, type WriteValues } from "./write-record.ts";

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
const isWritten = (value: Placeholders<WriteValues>, { allowed, changes }: Change): SQL | undefined =>
  and(
    eq(images.uuid, value.image),
    allowed ?? eq(images.owner, value.account),
    // A literal: bound against a partial index's column, SQLite prepares the statement and its triggers anew at each run.
    sql`${images.state} <> 'destroyed'`,
    changes,
    isApplicable(value),
    authority(value),
  );

/** The columns of an image as the write leaves them. */
function rehearsedColumns({ set }: Change): typeof imageColumns {
  const changed = Object.entries({ ...set, revision: next }).map(([name, value]): [string, Expression<unknown>] => {
    const column = imageColumns[name as ImageColumn]; // `set` has no other names.
    return [name, { sql: value, read: (stored) => (stored === null ? null : column.mapFromDriverValue(stored)) }];
  });
  // Each expression reads what its column would.
  return { ...imageColumns, ...Object.fromEntries(changed) };
}

/**
 * The statement of a write, and the one that reads the image as the write would leave it: no row where it would not be
 * applied. Both say the same by being made of the same.
 */
export function imageChange<Values extends WriteValues>(define: (value: Placeholders<Values>) => Change) {
  const apply = statement<Values>().writes((value) => {
    const change = define(value);
    const update = query.update(images).set({ ...change.set, revision: next, ...recordColumns(value) });
    return (change.from ? update.from(change.from) : update).where(isWritten(value, change));
  });
  const rehearse = statement<Values>().reads(
    (value) => rehearsedColumns(define(value)),
    (columns, value) => {
      const change = define(value);
      const image = query.select(columns).from(images);
      return (change.from ? image.innerJoin(change.from, sql`true`) : image).where(isWritten(value, change));
    },
  );
  return { by: ({ isDryRun }: Write) => (isDryRun ? rehearse : apply) };
}
