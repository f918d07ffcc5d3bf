import { and, eq, type SQL, sql } from "drizzle-orm";
import { authority } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { accountWrites, images, keyedRecordMs, now } from "../db/schema.ts";
import {
  asColumn,
  type Bound,
  type Expression,
  type Placeholders,
  query,
  type Statement,
  statement,
} from "../db/statement.ts";
import { isHistoryFull } from "./account-history.sql.ts";
import { type ImageRow, imageColumns } from "./image-row.sql.ts";
import {
  isApplicable,
  type OutcomeRow,
  outcomeFields,
  readOutcome,
  recordColumns,
  selectOutcome,
  type Write,
  type WriteOutcome,
  type WriteValues,
} from "./write-outcome.sql.ts";

type ImageColumn = keyof typeof imageColumns;

/** What a write does to an image: it computes one column, or sets several. */
type Change = (
  | {
      /** A column, and its new value. Nothing changes if the column has it already. */
      computed: { name: ImageColumn; value: SQL };
    }
  | {
      computed?: never;
      /** New values of columns, without the revision. */
      set: { readonly [Name in ImageColumn]?: SQL };
      /** Optional FROM clause of one row. No row: no update. */
      from?: SQL;
      /** The new values differ from the stored ones. True by default. */
      differs?: SQL | undefined;
    }
) & {
  /** The caller may write the image. By default, if the caller owns it, and the account's history has room. */
  allowed?: SQL;
  /** The caller may write the image, and nothing changes. By default, if the caller owns it and each new value is the stored one. */
  unchanged?: SQL;
  /** The result keeps within its limits. True by default. */
  fits?: SQL;
};

/** Returns the clauses of the UPDATE. A column is computed once: SQLite does not flatten a subquery with a LIMIT. */
function makeClauses(change: Change, bind: Placeholders<WriteValues>) {
  if (!change.computed) return change;
  const { name, value } = change.computed;
  return {
    set: { [name]: sql`"computed"."value"` },
    from: sql`(SELECT ${value} AS "value" FROM ${images} WHERE ${images.uuid} = ${bind.imageId} LIMIT 1) AS "computed"`,
    differs: sql`"computed"."value" IS NOT ${images[name]}`,
  };
}

/** Whether the write would change the image that `selectOutcome` joins. */
function changesCurrent(change: Change): SQL {
  if (change.computed) return sql`${change.computed.value} IS NOT ${images[change.computed.name]}`;
  const { from, differs = sql`1` } = change;
  return from ? sql`EXISTS (SELECT 1 FROM ${from} WHERE ${differs})` : differs;
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
    makeClauses(change, bind).differs,
    change.fits,
    isApplicable(bind),
    authority(bind),
  );

const allEqual = (set: { readonly [Name in ImageColumn]?: SQL }): SQL | undefined =>
  and(...Object.entries(set).map(([name, value]) => sql`${value} IS ${images[name as ImageColumn]}`));

/** The row of `account_writes` for a write with an Idempotency-Key that changes nothing. */
function selectRecord(bind: Placeholders<WriteValues>, change: Change): SQL {
  const { set, from } = makeClauses(change, bind);
  const { unchanged = and(eq(images.owner, bind.account), allEqual(set)) } = change;
  const isToRecord = and(
    eq(images.uuid, bind.imageId),
    sql`${images.state} <> 'destroyed'`,
    unchanged,
    isApplicable(bind),
    sql`NOT ${isHistoryFull(bind)}`,
    authority(bind),
  );
  return sql`SELECT ${bind.writeId}, ${bind.account}, ${now} + ${sql.raw(String(keyedRecordMs))}, ${bind.requestHash}, ${bind.httpRequestId},
    ${images.uuid}, ${images.revision}, '' FROM ${images}${from && sql` INNER JOIN ${from}`} WHERE ${isToRecord}`;
}

/** The columns of an image as the write would leave them. */
function rehearsedColumns(set: { readonly [Name in ImageColumn]?: SQL }): typeof imageColumns {
  const replaced = Object.entries({ ...set, revision: nextRevision }).map(([name, value]) => {
    const column = imageColumns[name as ImageColumn]; // `set` has no other names.
    return [name, asColumn(column, value)];
  });
  return { ...imageColumns, ...Object.fromEntries(replaced) };
}

/**
 * The UPDATE of a write, the SELECT that a dry run executes in its place, and an INSERT after the UPDATE: it records the
 * Idempotency-Key of a write that changes nothing. Of a write that changes something a trigger records it. All come from one
 * definition.
 */
export const changeStatements = <V extends WriteValues>(define: (bind: Placeholders<V>) => Change) => ({
  apply: statement<V>().writes((bind) => {
    const change = define(bind);
    const { set, from } = makeClauses(change, bind);
    const update = query.update(images).set({ ...set, revision: nextRevision, ...recordColumns(bind) });
    return (from ? update.from(from) : update).where(isImageToWrite(bind, change));
  }),
  rehearse: statement<V>().reads(
    (bind) => rehearsedColumns(makeClauses(define(bind), bind).set),
    (columns, bind) => {
      const change = define(bind);
      const { from } = makeClauses(change, bind);
      const image = query.select(columns).from(images);
      return (from ? image.innerJoin(from, sql`true`) : image).where(isImageToWrite(bind, change));
    },
  ),
  record: statement<V>().writes(
    (bind) => sql`
    INSERT INTO ${accountWrites} (write_id, account, time, request_hash, attempt_id, image, revision, changed)
    ${selectRecord(bind, define(bind))}`,
  ),
});

type MoreFields = Readonly<Record<string, Expression<unknown>>>;

/** The statements of a write and of its outcome. @param more further fields of the outcome */
export const imageChange = <V extends WriteValues, More extends MoreFields = Record<never, never>>(
  define: (bind: Placeholders<V>) => Change,
  more?: (bind: Placeholders<V>) => More,
) => ({
  ...changeStatements(define),
  outcome: statement<V>().reads(
    (bind) => ({ ...outcomeFields(bind, changesCurrent(define(bind))), ...(more?.(bind) as More) }),
    selectOutcome,
  ),
});

type ChangeStatements<V> = {
  readonly apply: Statement<V, undefined>;
  readonly rehearse: Statement<V, ImageRow>;
  readonly record?: Statement<V, undefined>;
};

/** Binds the statements to run: the write, and its record with an Idempotency-Key; or its rehearsal for a dry run. */
export function bindChange<V>(
  { apply, rehearse, record }: ChangeStatements<V>,
  { isDryRun, requestHash }: Write,
  values: V,
): Bound<ImageRow | undefined>[] {
  if (isDryRun) return [rehearse.with(values)];
  return record && requestHash !== null ? [apply.with(values), record.with(values)] : [apply.with(values)];
}

/** Runs the statements of a write, reads its outcome, and runs `more`. One batch. */
export async function runBound<Row extends OutcomeRow>(
  db: Database,
  write: Write,
  {
    changes,
    outcome,
    more = [],
  }: { changes: Bound<ImageRow | undefined>[]; outcome: Bound<Row>; more?: Bound<undefined>[] },
): Promise<WriteOutcome & Omit<Row, keyof OutcomeRow>> {
  const rows = await db.batch<(ImageRow | Row | undefined)[]>([...changes, outcome, ...more]);
  // Each statement's rows, in this order.
  const rehearsed = rows.slice(0, changes.length).flat() as (ImageRow | undefined)[];
  return readOutcome(requireRow(rows[changes.length] as Row[]), write, rehearsed);
}

/** Runs a write, or its rehearsal, and reads the outcome. One batch. Idempotent: safe to retry. */
export const runChange = <V, Row extends OutcomeRow>(
  db: Database,
  write: Write,
  { change, values }: { change: ChangeStatements<V> & { readonly outcome: Statement<V, Row> }; values: V },
): Promise<WriteOutcome & Omit<Row, keyof OutcomeRow>> =>
  runBound(db, write, { changes: bindChange(change, write, values), outcome: change.outcome.with(values) });
