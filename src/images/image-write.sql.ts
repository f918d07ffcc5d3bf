import { and, eq, isNull, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authority, callerRow, hasAuthority } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { imageHistory, images, manifestColumnNames } from "../db/schema.ts";
import {
  asColumn,
  boolean,
  type Expression,
  leftJoined,
  type Placeholders,
  query,
  type RowOf,
  type SelectedFieldsFlat,
  type Statement,
  statement,
} from "../db/statement.ts";
import type { WriteOperation } from "../operations.ts";
import { type FoundImage, foundImage, type ImageRow, imageColumns, revisionColumns } from "./image-row.sql.ts";

/** A write of an image: who asks, under which id, and on which revisions. */
export type Write = {
  caller: Caller;
  operation: WriteOperation;
  imageId: string;
  /** Id of the write, unique in the history. The client's retries have the same one if they send an Idempotency-Key. */
  writeId: string;
  /** SHA-256 of what the request asks for. Null without an Idempotency-Key. */
  requestHash: string | null;
  /** Id of this HTTP request: when the service sends its statements to D1 again, it is the same. Clients may repeat a `requestId`. */
  httpRequestId: string;
  requestId: string;
  /** Only reads what the write would do. */
  isDryRun: boolean;
  /** How many revisions and bytes of history the image keeps. 0 turns the limit off. */
  keepRevisions: number;
  keepBytes: number;
  /** JSON array of the revisions that may be written on. Null for any. */
  onRevisions: string | null;
  /** JSON array of the revisions that may not. Null for none. */
  notOnRevisions: string | null;
};

/** The values that every statement of a write binds. */
export type WriteValues = Caller &
  Pick<Write, "imageId" | "writeId" | "onRevisions" | "notOnRevisions"> & { write: string };

/** `write` is the JSON object that the triggers copy into image_history. */
export function toWriteValues({ caller, imageId, writeId, onRevisions, notOnRevisions, ...write }: Write): WriteValues {
  const record = {
    operation: write.operation,
    request_hash: write.requestHash,
    attempt_id: write.httpRequestId,
    request_id: write.requestId,
    account: caller.signer,
    key_sha256: caller.fingerprintSha256,
    keep_revisions: write.keepRevisions,
    keep_bytes: write.keepBytes,
  };
  return { ...caller, imageId, writeId, onRevisions, notOnRevisions, write: JSON.stringify(record) };
}

/** Bookkeeping columns of every write. A trigger copies them into image_history. */
export const recordColumns = (bind: Placeholders<WriteValues>) => ({
  write_id: sql`${bind.writeId}`,
  write: sql`${bind.write}`,
});

const isRevisionIn = (revisions: SQLWrapper): SQL =>
  sql`${images.revision} IN (SELECT value FROM json_each(${revisions}))`;

/**
 * No attempt applied the write before, and its preconditions hold when the statement runs. A write whose acknowledgement was
 * lost is retried: it must not be applied twice.
 */
export const isApplicable = (bind: Placeholders<WriteValues>): SQL | undefined =>
  and(
    sql`NOT EXISTS (SELECT 1 FROM ${imageHistory} WHERE ${imageHistory.write_id} = ${bind.writeId})`,
    sql`(${bind.onRevisions} IS NULL OR ${isRevisionIn(bind.onRevisions)})`,
    sql`(${bind.notOnRevisions} IS NULL OR NOT ${isRevisionIn(bind.notOnRevisions)})`,
  );

/** What came of a write: it was applied, now or earlier, or it was not. */
export type WriteOutcome = {
  hasAuthority: boolean;
  /** Null if the write was not applied. */
  applied: {
    /** The image as the write left it. */
    image: ImageRow;
    requestHash: string | null;
    /** An earlier HTTP request with the same Idempotency-Key applied the write. */
    isReplayed: boolean;
    /** The names of the columns that the write changed, with commas. Null if it made the image. */
    changedColumns: string | null;
  } | null;
  /** The current image. Null if the write was applied, or the image does not exist. */
  image: FoundImage | null;
  /** The write would change the current image. False if it was applied. */
  wouldChange: boolean;
};

const { write_id: writeId, request_hash: requestHash, attempt_id: httpRequestId, changed } = imageHistory;

/** A boolean that SQLite computes only if the write was not applied. False otherwise. */
export const unlessApplied = (expression: SQL): Expression<boolean> =>
  boolean(sql`CASE WHEN ${imageHistory.write_id} IS NULL THEN ${expression} ELSE 0 END`);

/**
 * The outcome of a write, read in its transaction: the caller's authority, and the revision that this write created, now or
 * earlier; if none, the current image.
 */
export const outcomeFields = (bind: Placeholders<WriteValues>, wouldChange: SQL) => ({
  hasAuthority,
  record: leftJoined({ writeId, requestHash, httpRequestId, changed }, "writeId"),
  written: leftJoined(revisionColumns, "uuid"),
  image: foundImage(bind.account),
  wouldChange: unlessApplied(wouldChange),
});

/** Selects the outcome of a write: always one row. */
export const selectOutcome = (columns: SelectedFieldsFlat, bind: Placeholders<WriteValues>) =>
  query
    .select(columns)
    .from(callerRow(bind))
    .leftJoin(imageHistory, eq(imageHistory.write_id, bind.writeId))
    .leftJoin(images, and(eq(images.uuid, bind.imageId), isNull(imageHistory.write_id)));

type OutcomeRow = RowOf<ReturnType<typeof outcomeFields>>;

/** Lists the columns that differ, in the form of `image_history.changed`. */
const listChangedColumns = (before: ImageRow, after: ImageRow): string =>
  manifestColumnNames.filter((name) => before[name] !== after[name]).join(", ");

/**
 * Reads a row of `selectOutcome`. If this HTTP request applied the write, `hasAuthority` is true, even if the authority has
 * ended since: D1's first answer may have been lost, and this is the outcome of the second try.
 *
 * @param rehearsed the image as a dry run would leave it. Empty for a write, and if the write would not be applied
 */
export function readOutcome<Row extends OutcomeRow>(
  { hasAuthority, record, written, image, wouldChange, ...more }: Row,
  write: Write,
  [rehearsed]: readonly (ImageRow | undefined)[],
): WriteOutcome & Omit<Row, keyof OutcomeRow> {
  if (rehearsed) {
    const changedColumns = image?.uuid === rehearsed.uuid ? listChangedColumns(image, rehearsed) : null;
    const applied = { image: rehearsed, requestHash: write.requestHash, isReplayed: false, changedColumns };
    return { ...more, hasAuthority, applied, image: null, wouldChange: false };
  }
  if (record === null || written === null) return { ...more, hasAuthority, applied: null, image, wouldChange };
  const isReplayed = record.httpRequestId !== write.httpRequestId;
  const applied = { image: written, requestHash: record.requestHash, isReplayed, changedColumns: record.changed };
  return { ...more, hasAuthority: hasAuthority || !isReplayed, applied, image: null, wouldChange };
}

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
  /** The caller may write the image. By default, if the caller owns it. */
  allowed?: SQL;
  /** The result keeps within its limits. True by default. */
  fits?: SQL;
};

/** Returns the clauses of the UPDATE. A column is computed once: SQLite does not flatten a subquery with a LIMIT. */
function readChange(change: Change, bind: Placeholders<WriteValues>) {
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
    change.allowed ?? eq(images.owner, bind.account),
    // Never bind the state, or any column in the WHERE of a partial index: SQLite would prepare the statement and its
    // triggers again at each run. A test refuses it.
    sql`${images.state} <> 'destroyed'`,
    readChange(change, bind).differs,
    change.fits,
    isApplicable(bind),
    authority(bind),
  );

/** The columns of an image as the write would leave them. */
function rehearsedColumns(set: { readonly [Name in ImageColumn]?: SQL }): typeof imageColumns {
  const replaced = Object.entries({ ...set, revision: nextRevision }).map(([name, value]) => {
    const column = imageColumns[name as ImageColumn]; // `set` has no other names.
    return [name, asColumn(column, value)];
  });
  return { ...imageColumns, ...Object.fromEntries(replaced) };
}

/** The UPDATE of a write, and the SELECT that a dry run executes in its place. Both come from one definition. */
export const changeStatements = <V extends WriteValues>(define: (bind: Placeholders<V>) => Change) => ({
  apply: statement<V>().writes((bind) => {
    const change = define(bind);
    const { set, from } = readChange(change, bind);
    const update = query.update(images).set({ ...set, revision: nextRevision, ...recordColumns(bind) });
    return (from ? update.from(from) : update).where(isImageToWrite(bind, change));
  }),
  rehearse: statement<V>().reads(
    (bind) => rehearsedColumns(readChange(define(bind), bind).set),
    (columns, bind) => {
      const change = define(bind);
      const { from } = readChange(change, bind);
      const image = query.select(columns).from(images);
      return (from ? image.innerJoin(from, sql`true`) : image).where(isImageToWrite(bind, change));
    },
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

/** Returns the statement to run: the write, or its rehearsal for a dry run. */
export const applyOrRehearse = <Apply, Rehearse>(
  { apply, rehearse }: { apply: Apply; rehearse: Rehearse },
  { isDryRun }: Write,
): Apply | Rehearse => (isDryRun ? rehearse : apply);

/** Runs a write, or its rehearsal, and reads the outcome. One batch. Idempotent: safe to retry. */
export async function runChange<V, Row extends OutcomeRow>(
  db: Database,
  write: Write,
  { change, values }: { change: ImageChange<V, Row>; values: V },
): Promise<WriteOutcome & Omit<Row, keyof OutcomeRow>> {
  const [rehearsed, rows] = await db.batch([applyOrRehearse(change, write).with(values), change.outcome.with(values)]);
  return readOutcome(requireRow(rows), write, rehearsed);
}

type ImageChange<V, Row> = {
  readonly apply: Statement<V, undefined>;
  readonly rehearse: Statement<V, ImageRow>;
  readonly outcome: Statement<V, Row>;
};
