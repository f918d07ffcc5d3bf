import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import { authority } from "../db/authority.ts";
import type { Database } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { boolean, type Placeholders, statement } from "../db/statement.ts";
import { isHistoryFull } from "./account-history.sql.ts";
import { excessBytes } from "./account-images.sql.ts";
import { countLongBytes, imageColumns } from "./image-row.sql.ts";
import { runChange } from "./image-write.sql.ts";
import { isActivated, isSharedWith } from "./visibility.sql.ts";
import {
  isApplicable,
  outcomeFields,
  selectOutcome,
  toWriteValues,
  unlessApplied,
  type Write,
  type WriteOutcome,
  type WriteValues,
  writeColumns,
} from "./write-outcome.sql.ts";

type CloneValues = WriteValues & {
  clone: string;
  now: string;
  /** 0 turns the limit off. */
  maxImages: number;
};

/** Whether the account owns as many images as it may. Reads at most that many rows. */
const isQuotaReached = ({ account, maxImages }: Placeholders<CloneValues>): SQL => sql`(${maxImages} > 0 AND (
  SELECT count(*) FROM (
    SELECT 1 FROM ${images} WHERE ${images.owner} = ${account} AND ${images.state} <> 'destroyed' LIMIT ${maxImages}
  )) >= ${maxImages})`;

/** The columns that a clone does not copy from its source. */
const cloneColumns = (bind: Placeholders<CloneValues>): Readonly<Record<string, SQL>> => ({
  uuid: sql`${bind.clone}`,
  owner: sql`${bind.account}`,
  public: sql`0`,
  acl: sql`NULL`,
  published_at: sql`${bind.now}`,
  error: sql`NULL`,
  revision: sql`1`,
  ...writeColumns(bind),
});

/** The bytes that the clone would leave the account's images with, if that is too many. Else NULL. */
const excess = (bind: Placeholders<CloneValues>): SQL =>
  excessBytes(bind, countLongBytes({ ...images, acl: sql`NULL` }), sql`0`);

const columns = Object.values(getTableColumns(images));

const list = (expressions: readonly SQL[]): SQL => sql.join([...expressions], sql`, `);

/** Selects the row of the clone. No row if the image is not cloned. */
const selectClone = (bind: Placeholders<CloneValues>): SQL => {
  const own = cloneColumns(bind);
  return sql`
    SELECT ${list(columns.map((column) => sql`${own[column.name] ?? column} AS ${sql.identifier(column.name)}`))} FROM ${images}
    WHERE ${eq(images.uuid, bind.imageId)} AND ${isActivated(images)} AND ${images.type} IS NOT 'docker'
      AND ${isSharedWith(images, bind.account)} AND NOT ${isQuotaReached(bind)}
      AND NOT ${isHistoryFull(bind)} AND ${isApplicable(bind)} AND ${authority(bind)}
      AND ${excess(bind)} IS NULL`;
};

export const clone = {
  apply: statement<CloneValues>().returnsNone(
    (bind) => sql`
    INSERT INTO ${images} (${list(columns.map(({ name }) => sql`${sql.identifier(name)}`))}) ${selectClone(bind)}`,
  ),
  rehearse: statement<CloneValues>().returnsRows(
    () => imageColumns,
    (_, bind) => selectClone(bind),
  ),
  outcome: statement<CloneValues>().returnsRows(
    (bind) => ({
      ...outcomeFields(bind, sql`coalesce(${excess(bind)}, 0)`),
      isQuotaReached: boolean(unlessApplied(isQuotaReached(bind))),
    }),
    selectOutcome,
  ),
};

/** What came of a clone, and whether the account owns as many images as it may. */
export type CloneOutcome = WriteOutcome & { isQuotaReached: boolean };

/** Makes a copy, owned by the caller, of an image whose acl has the caller. */
export const writeClone = (db: Database, write: Write, maxImages: number): Promise<CloneOutcome> =>
  runChange(db, write, {
    change: clone,
    values: { ...toWriteValues(write), clone: crypto.randomUUID(), now: new Date().toISOString(), maxImages },
  });
