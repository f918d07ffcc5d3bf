import { and, eq, or, type SQL, sql } from "drizzle-orm";
import { authority } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { accountWrites, images, now } from "../db/schema.ts";
import {
  asColumn,
  type Bound,
  type Expression,
  type Placeholders,
  query,
  type RowOf,
  type Statement,
  statement,
  text,
} from "../db/statement.ts";
import { keyedRecordMs } from "../tables.ts";
import { isHistoryFull } from "./account-history.sql.ts";
import { countGrowth, excessBytes } from "./account-images.sql.ts";
import { type ImageRow, imageColumns } from "./image-row.sql.ts";
import {
  isApplicable,
  type OutcomeRow,
  outcomeFields,
  readOutcome,
  readWritten,
  selectOutcome,
  type Write,
  type WriteOutcome,
  type WriteValues,
  writeColumns,
} from "./write-outcome.sql.ts";

type ImageColumn = keyof typeof imageColumns;

/** What a write does to an image. */
type Change = {
  /** The new values of columns, without the revision, from the stored ones. */
  values: { readonly [Name in ImageColumn]?: SQL };
  /** A further row for the values to be made of. No row: nothing changes. */
  source?: SQL;
  /** Whether something changes. By default, if a new value is not the stored one. */
  differs?: SQL;
  /** The write is allowed. By default, if the caller owns the image, and the account's history has room. */
  allowed?: SQL;
  /** The caller may write the image, and nothing changes. By default, if the caller owns it and each new value is the stored one. */
  unchanged?: SQL;
  /** The result keeps within its limits. True by default. */
  fits?: SQL;
  /** The image never gets larger. */
  neverGrows?: true;
};

/** A new value of a change. */
export const newValue = (name: string): SQL => sql`"new".${sql.identifier(name)}`;

/** One row, the new values: each is computed once, because SQLite does not flatten a subquery with a LIMIT. */
function newRow({ values, source }: Change, { imageId }: Placeholders<WriteValues>): SQL {
  const columns = Object.entries(values).map(([name, value]) => sql`${value} AS ${sql.identifier(name)}`);
  return sql`(SELECT ${sql.join(columns, sql`, `)} FROM ${images}${source && sql`, ${source}`} WHERE ${images.uuid} = ${imageId} LIMIT 1) AS "new"`;
}

const namesOf = ({ values }: Change): ImageColumn[] => Object.keys(values) as ImageColumn[];

/** Whether a new value is not the stored one. */
const differs = (change: Change): SQL | undefined =>
  change.differs ?? or(...namesOf(change).map((name) => sql`${newValue(name)} IS NOT ${images[name]}`));

/** The names of the columns that change, in the form of `image_revisions.changed`. */
function changedNames(change: Change): SQL {
  const names = namesOf(change);
  if (names.length === 1) return sql.raw(`'${names.join()}'`);
  const each = names.map((name) => sql`iif(${newValue(name)} IS NOT ${images[name]}, ${sql.raw(`', ${name}'`)}, '')`);
  return sql`substr(${sql.join(each, sql` || `)}, 3)`;
}

/** The bytes of all the account's images after the write, if over the limit. Else NULL. */
function excess(bind: Placeholders<WriteValues>, change: Change): SQL {
  const values = Object.fromEntries(namesOf(change).map((name) => [name, newValue(name)]));
  return excessBytes(bind, change.neverGrows ? undefined : countGrowth(values));
}

const nextRevision = sql`${images.revision} + 1`;

/** The WHERE of a write: the image of the path, if every condition holds. */
const isImageToWrite = (bind: Placeholders<WriteValues>, change: Change): SQL | undefined =>
  and(
    eq(images.uuid, bind.imageId),
    change.allowed ?? and(eq(images.owner, bind.account), sql`NOT ${isHistoryFull(bind)}`),
    // Never bind the state, or any column in the WHERE of a partial index: SQLite would prepare the statement and its
    // triggers again at each run. A test refuses it.
    sql`${images.state} <> 'destroyed'`,
    differs(change),
    change.fits,
    isApplicable(bind),
    authority(bind),
    sql`${excess(bind, change)} IS NULL`,
  );

/**
 * The row of `account_writes` for a write with an Idempotency-Key that is allowed, and whose values are stored already. A refused
 * write uses up no key.
 */
function selectRecord(bind: Placeholders<WriteValues>, change: Change): SQL {
  const same = namesOf(change).map((name) => sql`${newValue(name)} IS ${images[name]}`);
  const { unchanged = and(eq(images.owner, bind.account), ...same) } = change;
  const isToRecord = and(
    eq(images.uuid, bind.imageId),
    sql`${images.state} <> 'destroyed'`,
    unchanged,
    isApplicable(bind),
    sql`NOT ${isHistoryFull(bind)}`,
    authority(bind),
  );
  return sql`SELECT ${bind.writeId}, ${bind.account}, ${now} + ${sql.raw(String(keyedRecordMs))}, ${bind.requestHash}, ${bind.httpRequestId},
    ${images.uuid}, ${images.revision}, '' FROM ${images} INNER JOIN ${newRow(change, bind)} WHERE ${isToRecord}`;
}

/** The columns of an image as the write would leave them. */
function rehearsedColumns(change: Change): typeof imageColumns {
  const replaced = namesOf(change).map((name) => [name, asColumn(imageColumns[name], newValue(name))]);
  return { ...imageColumns, ...Object.fromEntries(replaced), revision: asColumn(imageColumns.revision, nextRevision) };
}

/** What a write that was made returns: the image, and the columns that changed. */
const writtenFields = { ...imageColumns, changed: text(sql`${images.write} ->> '$.changed'`) };

export type WrittenRow = RowOf<typeof writtenFields>;

/**
 * Three statements of one definition: the UPDATE of a write; the SELECT that a dry run executes in its place; and an INSERT that
 * records the Idempotency-Key of a write that changed nothing (`selectRecord`). If the write changed something, the trigger of its
 * revision inserts the record.
 */
export const changeStatements = <V extends WriteValues>(define: (bind: Placeholders<V>) => Change) => ({
  apply: statement<V>().returnsRows(
    () => writtenFields,
    (columns, bind) => {
      const change = define(bind);
      const set = Object.fromEntries(namesOf(change).map((name) => [name, newValue(name)]));
      return query
        .update(images)
        .set({ ...set, revision: nextRevision, ...writeColumns(bind, changedNames(change)) })
        .from(newRow(change, bind))
        .where(isImageToWrite(bind, change))
        .returning(columns);
    },
  ),
  rehearse: statement<V>().returnsRows(
    (bind) => rehearsedColumns(define(bind)),
    (columns, bind) => {
      const change = define(bind);
      return query
        .select(columns)
        .from(images)
        .innerJoin(newRow(change, bind), sql`true`)
        .where(isImageToWrite(bind, change));
    },
  ),
  record: statement<V>().returnsNone(
    (bind) => sql`
    INSERT INTO ${accountWrites} (write_id, account, time, request_hash, attempt_id, image, revision, changed)
    ${selectRecord(bind, define(bind))}`,
  ),
});

/** `needsOutcome`: 1: the outcome always returns its row. 0: only if the UPDATE has changed nothing. */
type NeedsOutcome = { needsOutcome: number };

type Outcome<V, Row> = Statement<V & NeedsOutcome, Row>;

/** `changes()` is how many rows the last UPDATE, INSERT or DELETE changed: 0 if it matched none. */
const isNeeded = ({ needsOutcome }: Placeholders<NeedsOutcome>): SQL => sql`(${needsOutcome} OR changes() = 0)`;

type MoreFields = Readonly<Record<string, Expression<unknown>>>;

/**
 * The statements of a write and of its outcome. If the UPDATE has changed the image, its RETURNING has the result, and the outcome
 * returns no row. With further fields it always returns one.
 *
 * @param more further fields of the outcome
 */
export const imageChange = <V extends WriteValues, More extends MoreFields = Record<never, never>>(
  define: (bind: Placeholders<V>) => Change,
  more?: (bind: Placeholders<V>) => More,
) => ({
  ...changeStatements(define),
  outcome: statement<V & NeedsOutcome>().returnsRows(
    (bind) => {
      const change = define(bind);
      const excessIfDiffers = sql`(SELECT coalesce(${excess(bind, change)}, 0) FROM ${newRow(change, bind)} WHERE ${differs(change)})`;
      return { ...outcomeFields(bind, excessIfDiffers), ...(more?.(bind) as More) };
    },
    (columns, bind) => selectOutcome(columns, bind).where(more ? undefined : isNeeded(bind)),
  ),
});

type ChangeStatements<V> = {
  readonly apply: Statement<V, WrittenRow | undefined>;
  readonly rehearse: Statement<V, ImageRow>;
  readonly record?: Statement<V, undefined>;
};

/** The statements of a write before its outcome is read, and after. */
type BoundChange = {
  changes: readonly Bound<ImageRow | WrittenRow | undefined>[];
  records: readonly Bound<undefined>[];
};

/** Binds the statements to run: the write, and its record with an Idempotency-Key; or its rehearsal for a dry run. */
export function bindChange<V>(
  { apply, rehearse, record }: ChangeStatements<V>,
  { isDryRun, requestHash }: Write,
  values: V,
): BoundChange {
  if (isDryRun) return { changes: [rehearse.with(values)], records: [] };
  return { changes: [apply.with(values)], records: record && requestHash !== null ? [record.with(values)] : [] };
}

/**
 * Makes a write, reads its outcome, records the Idempotency-Key if nothing changed, and runs `more`: one batch, in this order.
 *
 * If the UPDATE changed the image, its row is the result, and the outcome has none, unless it has further fields. Else the outcome has
 * one. If neither has a row, which is not expected, the outcome is read in a second round trip.
 */
export async function runBound<V extends WriteValues, Row extends OutcomeRow>(
  db: Database,
  write: Write,
  {
    changes,
    records,
    more = [],
    ...read
  }: BoundChange & { more?: Bound<undefined>[]; outcome: Outcome<V, Row>; values: V },
): Promise<WriteOutcome & Omit<Row, keyof OutcomeRow>> {
  const outcome = (needsOutcome: boolean) => read.outcome.with({ ...read.values, needsOutcome: Number(needsOutcome) });
  const rows = await db.batch<unknown[]>([...changes, outcome(write.isDryRun), ...records, ...more]);
  const [made] = rows.slice(0, changes.length).flat();
  const [row = made ? undefined : requireRow(await db.all(outcome(true)))] = rows[changes.length] as Row[];
  if (row) return readOutcome(row, write, write.isDryRun ? (made as ImageRow | undefined) : undefined);
  return readWritten(made as WrittenRow, write) as WriteOutcome & Omit<Row, keyof OutcomeRow>;
}

/** Runs a write, or its rehearsal, and reads the outcome, as `runBound`. Idempotent: safe to retry. */
export const runChange = <V extends WriteValues, Row extends OutcomeRow>(
  db: Database,
  write: Write,
  { change, values }: { change: ChangeStatements<V> & { readonly outcome: Outcome<V, Row> }; values: V },
): Promise<WriteOutcome & Omit<Row, keyof OutcomeRow>> =>
  runBound(db, write, { ...bindChange(change, write, values), outcome: change.outcome, values });
