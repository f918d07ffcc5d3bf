import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import { authority } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { imageHistory, images } from "../db/schema.ts";
import { boolean, type Placeholders, statement } from "../db/statement.ts";
import { imageColumns } from "./image-row.sql.ts";
import { isActivated, isSharedWith } from "./visibility.sql.ts";
import { outcomeFields, readOutcome, selectOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { isApplicable, recordColumns, toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

type CloneValues = WriteValues & {
  clone: string;
  now: string;
  /** 0 for no bound. */
  maxImages: number;
};

/** Whether the account owns as many images as it may. Reads no more rows than the bound. */
const isFull = ({ account, maxImages }: Placeholders<CloneValues>): SQL => sql`(${maxImages} > 0 AND (
  SELECT count(*) FROM (
    SELECT 1 FROM ${images} WHERE ${images.owner} = ${account} AND ${images.state} <> 'destroyed' LIMIT ${maxImages}
  )) >= ${maxImages})`;

/** What a clone has of its own; every other column is its source's. */
const cloneColumns = (bind: Placeholders<CloneValues>): Readonly<Record<string, SQL>> => ({
  uuid: sql`${bind.clone}`,
  owner: sql`${bind.account}`,
  public: sql`0`,
  acl: sql`NULL`,
  published_at: sql`${bind.now}`,
  error: sql`NULL`,
  revision: sql`1`,
  ...recordColumns(bind),
});

const columns = Object.values(getTableColumns(images));

const list = (expressions: readonly SQL[]): SQL => sql.join([...expressions], sql`, `);

/** The row of the clone; none where the image is not cloned. */
const selectClone = (bind: Placeholders<CloneValues>): SQL => {
  const own = cloneColumns(bind);
  return sql`
    SELECT ${list(columns.map((column) => sql`${own[column.name] ?? column} AS ${sql.identifier(column.name)}`))} FROM ${images}
    WHERE ${eq(images.uuid, bind.image)} AND ${images.owner} <> ${bind.account} AND ${isActivated(images)} AND ${images.type} IS NOT 'docker'
      AND ${isSharedWith(images, bind.account)} AND NOT ${isFull(bind)}
      AND ${isApplicable(bind)} AND ${authority(bind)}`;
};

export const cloneStatement = statement<CloneValues>().writes(
  (bind) => sql`
    INSERT INTO ${images} (${list(columns.map(({ name }) => sql`${sql.identifier(name)}`))}) ${selectClone(bind)}`,
);

export const rehearsedStatement = statement<CloneValues>().reads(
  () => imageColumns,
  (_, bind) => selectClone(bind),
);

/** The quota is counted only where it may be what refused the clone. */
export const cloneOutcomeStatement = statement<CloneValues>().reads(
  (bind) => ({
    ...outcomeFields(bind),
    isFull: boolean(sql`CASE WHEN ${imageHistory.write_id} IS NULL THEN ${isFull(bind)} ELSE 0 END`),
  }),
  selectOutcome,
);

/** What came of a clone; `isFull` when the account owns as many images as it may. */
export type CloneOutcome = WriteOutcome & { isFull: boolean };

/** Copies an image that is shared with the caller by acl as the caller's own, in one batch. Idempotent: safe to retry. */
export async function cloneImage(db: Database, write: Write, maxImages: number): Promise<CloneOutcome> {
  const values = toWriteValues(write);
  const clone = { ...values, clone: crypto.randomUUID(), now: new Date().toISOString(), maxImages };
  const [made, rows] = await db.batch([
    (write.isDryRun ? rehearsedStatement : cloneStatement).with(clone),
    cloneOutcomeStatement.with(clone),
  ]);
  const { isFull, ...row } = readOnlyRow(rows);
  return { ...readOutcome(row, write, made), isFull };
}
