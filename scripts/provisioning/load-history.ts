import { manifestColumnNames } from "../../src/db/schema.ts";
import { formatRevisionBytes } from "../schema/triggers.ts";
import { makeFileTable } from "./file-table.ts";
import { type HistoryRow, historyColumns } from "./history-entry.ts";
import { toJsonChunks } from "./json-chunks.ts";
import type { ImageRow } from "./manifest.ts";
import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

/** An image that is not stored, and the revisions that led to it, the oldest first. */
export type ImageWithHistory = { row: ImageRow; history: readonly HistoryRow[] };

const imageColumns = ["uuid", ...manifestColumnNames, "revision"] as const;

/** Fails when there is one meanwhile. */
const add = `INSERT INTO images (${imageColumns.join()}) SELECT ${imageColumns.join()} FROM file RETURNING 'added' AS outcome`;

/** The row that the trigger has made of an image's insert. */
const removeInserted = "DELETE FROM image_history WHERE image IN (SELECT value ->> '$.uuid' FROM json_each(?))";

/** The bytes go on from what an earlier statement of the same load has inserted. */
const addRevisions = `INSERT INTO image_history (${historyColumns.join()}, total_bytes)
SELECT ${historyColumns.join()},
  sum(${formatRevisionBytes((column) => column)}) OVER (PARTITION BY image ORDER BY revision)
    + coalesce((SELECT max(stored.total_bytes) FROM image_history AS stored WHERE stored.image = file.image), 0)
FROM file`;

const imageTable = makeFileTable(imageColumns);
const historyTable = makeFileTable(historyColumns);

/** The statements that add images at the revision that they had, with their histories; each image answers `{outcome}`. */
export function makeRestoreStatements(db: SqlDatabase, images: readonly ImageWithHistory[]): SqlStatement[] {
  const rows = images.map(({ row, history }) => ({ ...row, revision: history.at(-1)?.revision ?? 1 }));
  const revisions = images.flatMap(({ history }) => history);
  const inserted = toJsonChunks(images.map(({ row: { uuid } }) => ({ uuid })));
  return [
    ...imageTable(db, rows, (prepare) => [prepare(add)]),
    ...inserted.map((chunk) => db.prepare(removeInserted).bind(chunk)),
    ...historyTable(db, revisions, (prepare) => [prepare(addRevisions)]),
  ];
}

const findHistories = `SELECT value ->> '$.image' AS uuid FROM json_each(?)
WHERE EXISTS (SELECT 1 FROM images WHERE uuid = value ->> '$.image')
  AND NOT EXISTS (SELECT 1 FROM image_history
    WHERE image = value ->> '$.image' AND revision = value ->> '$.revision' AND write_id = value ->> '$.write_id')`;

/** The statements that answer the UUIDs of stored images whose history does not go on from the one given. */
export function makeHistoryComparisons(
  db: SqlDatabase,
  histories: ReadonlyMap<string, readonly HistoryRow[]>,
): SqlStatement[] {
  const last = [...histories.values()].flatMap((history) => history.slice(-1));
  const rows = last.map(({ image, revision, write_id }) => ({ image, revision, write_id }));
  return toJsonChunks(rows).map((chunk) => db.prepare(findHistories).bind(chunk));
}
