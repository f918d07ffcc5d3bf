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
import type { ImageWrite } from "../operations.ts";
import { type ImageRow, imageColumns, revisionColumns, type SeenImage, seenImage } from "./image-row.sql.ts";

/** A write of an image: who asks, under which id, and on which revisions. */
export type Write = {
  caller: Caller;
  operation: ImageWrite;
  imageId: string;
  /** Id of the write, the same at every retry. Unique in the history. */
  writeId: string;
  /** SHA-256 of what the request asks for. Null without an Idempotency-Key. */
  requestHash: string | null;
  /** Id of this HTTP request, shared by the retries of its statements. Its client's Request-Id may be anything. */
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

/** `write` is what the trigger copies into the row of image_history. */
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
 * The write was not applied before, and its preconditions hold when the statement runs. A write whose acknowledgement was
 * lost is retried; it must not be applied twice.
 */
export const isApplicable = (bind: Placeholders<WriteValues>): SQL | undefined =>
  and(
    sql`NOT EXISTS (SELECT 1 FROM ${imageHistory} WHERE ${imageHistory.write_id} = ${bind.writeId})`,
    sql`(${bind.onRevisions} IS NULL OR ${isRevisionIn(bind.onRevisions)})`,
    sql`(${bind.notOnRevisions} IS NULL OR NOT ${isRevisionIn(bind.notOnRevisions)})`,
  );

/** What came of a write. `applied` or, if no attempt applied it, the current image; null if it does not exist. */
export type WriteOutcome = {
  hasAuthority: boolean;
  applied: {
    /** The image as the write left it. */
    image: ImageRow;
    requestHash: string | null;
    /** This HTTP request applied it, not an earlier one with its Idempotency-Key. */
    isOwn: boolean;
    /** The names of the columns that it changed, with commas. Null if it made the image. */
    changed: string | null;
  } | null;
  image: SeenImage | null;
  /** The write would change the current image. False if it was applied. */
  isChange: boolean;
};

const { write_id: writeId, request_hash: requestHash, attempt_id: httpRequestId, changed } = imageHistory;

/** A boolean that SQLite computes only if no attempt applied the write. False otherwise. */
export const unlessApplied = (expression: SQL): Expression<boolean> =>
  boolean(sql`CASE WHEN ${imageHistory.write_id} IS NULL THEN ${expression} ELSE 0 END`);

/**
 * The outcome of a write, read in its transaction: the caller's authority; the revision that this write created, on any
 * attempt; if none, the current image.
 */
export const outcomeFields = (bind: Placeholders<WriteValues>, isChange: SQL) => ({
  hasAuthority,
  record: leftJoined({ writeId, requestHash, httpRequestId, changed }, "writeId"),
  written: leftJoined(revisionColumns, "uuid"),
  image: seenImage(bind.account),
  isChange: unlessApplied(isChange),
});

/** Selects the outcome of a write: always one row. */
export const selectOutcome = (columns: SelectedFieldsFlat, bind: Placeholders<WriteValues>) =>
  query
    .select(columns)
    .from(callerRow(bind))
    .leftJoin(imageHistory, eq(imageHistory.write_id, bind.writeId))
    .leftJoin(images, and(eq(images.uuid, bind.imageId), isNull(imageHistory.write_id)));

type OutcomeRow = RowOf<ReturnType<typeof outcomeFields>>;

/** Lists the names of the columns that differ, with commas, as the history has them. */
const listChanged = (before: ImageRow, after: ImageRow): string =>
  manifestColumnNames.filter((name) => before[name] !== after[name]).join(", ");

/**
 * Reads a row of `selectOutcome`. If this HTTP request applied the write, it counts although the authority has ended since:
 * the acknowledgement of the first attempt may have been lost.
 *
 * @param rehearsed of a dry run: the image as the write would leave it; none if it would not be applied
 */
export function readOutcome<Row extends OutcomeRow>(
  { hasAuthority, record, written, image, isChange, ...more }: Row,
  write: Write,
  [rehearsed]: readonly (ImageRow | undefined)[],
): WriteOutcome & Omit<Row, keyof OutcomeRow> {
  if (rehearsed) {
    const changed = image?.uuid === rehearsed.uuid ? listChanged(image, rehearsed) : null;
    const applied = { image: rehearsed, requestHash: write.requestHash, isOwn: true, changed };
    return { ...more, hasAuthority, applied, image: null, isChange: false };
  }
  if (record === null || written === null) return { ...more, hasAuthority, applied: null, image, isChange };
  const isOwn = record.httpRequestId === write.httpRequestId;
  const applied = { image: written, requestHash: record.requestHash, isOwn, changed: record.changed };
  return { ...more, hasAuthority: hasAuthority || isOwn, applied, image: null, isChange };
}

type ImageColumn = keyof typeof imageColumns;

/** What a write makes of the image of the path: it computes one column of the image, or sets columns. */
type Change = (
  | {
      /** A column, and its value. Nothing changes if the two are equal. */
      computed: { name: ImageColumn; value: SQL };
    }
  | {
      computed?: never;
      /** The values of the columns that it sets, beside the revision. */
      set: { readonly [Name in ImageColumn]?: SQL };
      /** Optional FROM clause of one row, named "change". No row: no update. */
      from?: SQL;
      /** Whether the write changes anything. It does by default. */
      isChange?: SQL | undefined;
    }
) & {
  /** Which images the caller may write, beside the state. The caller's own by default. */
  allowed?: SQL;
  /** Whether the result keeps within its bounds. It does by default. */
  fits?: SQL;
};

/** What the UPDATE sets, from where, and when. A column is computed once: SQLite does not flatten a subquery with a LIMIT. */
function readChange(change: Change, bind: Placeholders<WriteValues>) {
  if (!change.computed) return change;
  const { name, value } = change.computed;
  return {
    set: { [name]: sql`"change"."value"` },
    from: sql`(SELECT ${value} AS "value" FROM ${images} WHERE ${images.uuid} = ${bind.imageId} LIMIT 1) AS "change"`,
    isChange: sql`"change"."value" IS NOT ${images[name]}`,
  };
}

/** Whether the write would change the current image, which its outcome has joined. */
function wouldChange(change: Change): SQL {
  if (change.computed) return sql`${change.computed.value} IS NOT ${images[change.computed.name]}`;
  const { from, isChange = sql`1` } = change;
  return from ? sql`EXISTS (SELECT 1 FROM ${from} WHERE ${isChange})` : isChange;
}

const next = sql`${images.revision} + 1`;

/** The image that the write is applied to: the one of the path, or none. */
const isWritten = (bind: Placeholders<WriteValues>, change: Change): SQL | undefined =>
  and(
    eq(images.uuid, bind.imageId),
    change.allowed ?? eq(images.owner, bind.account),
    // A literal. Bound, SQLite would prepare the statement and its triggers anew at each run: a partial index reads the
    // column in its WHERE. A test refuses it.
    sql`${images.state} <> 'destroyed'`,
    readChange(change, bind).isChange,
    change.fits,
    isApplicable(bind),
    authority(bind),
  );

/** The columns of an image as the write leaves them. */
function rehearsedColumns(set: { readonly [Name in ImageColumn]?: SQL }): typeof imageColumns {
  const changed = Object.entries({ ...set, revision: next }).map(([name, value]) => {
    const column = imageColumns[name as ImageColumn]; // `set` has no other names.
    return [name, asColumn(column, value)];
  });
  // Each expression is read as its column is.
  return { ...imageColumns, ...Object.fromEntries(changed) };
}

/** The UPDATE of a write, and the SELECT that a dry run executes in its place. Both come from one definition. */
export const changeStatements = <V extends WriteValues>(define: (bind: Placeholders<V>) => Change) => ({
  apply: statement<V>().writes((bind) => {
    const change = define(bind);
    const { set, from } = readChange(change, bind);
    const update = query.update(images).set({ ...set, revision: next, ...recordColumns(bind) });
    return (from ? update.from(from) : update).where(isWritten(bind, change));
  }),
  rehearse: statement<V>().reads(
    (bind) => rehearsedColumns(readChange(define(bind), bind).set),
    (columns, bind) => {
      const change = define(bind);
      const { from } = readChange(change, bind);
      const image = query.select(columns).from(images);
      return (from ? image.innerJoin(from, sql`true`) : image).where(isWritten(bind, change));
    },
  ),
});

type MoreFields = Readonly<Record<string, Expression<unknown>>>;

/** The statements of a write and of its outcome. @param more what else the outcome has */
export const imageChange = <V extends WriteValues, More extends MoreFields = Record<never, never>>(
  define: (bind: Placeholders<V>) => Change,
  more?: (bind: Placeholders<V>) => More,
) => ({
  ...changeStatements(define),
  outcome: statement<V>().reads(
    (bind) => ({ ...outcomeFields(bind, wouldChange(define(bind))), ...(more?.(bind) as More) }),
    selectOutcome,
  ),
});

/** Returns the statement to run: the write, or its rehearsal for a dry run. */
export const choose = <Apply, Rehearse>(
  { apply, rehearse }: { apply: Apply; rehearse: Rehearse },
  { isDryRun }: Write,
): Apply | Rehearse => (isDryRun ? rehearse : apply);

/** Runs a write, or its rehearsal, and reads what came of it: one batch. Idempotent: safe to retry. */
export async function runChange<V, Row extends OutcomeRow>(
  db: Database,
  write: Write,
  { change, values }: { change: ImageChange<V, Row>; values: V },
): Promise<WriteOutcome & Omit<Row, keyof OutcomeRow>> {
  const [made, rows] = await db.batch([choose(change, write).with(values), change.outcome.with(values)]);
  return readOutcome(requireRow(rows), write, made);
}

type ImageChange<V, Row> = {
  readonly apply: Statement<V, undefined>;
  readonly rehearse: Statement<V, ImageRow>;
  readonly outcome: Statement<V, Row>;
};
