import { manifestColumnNames } from "../../src/db/schema.ts";
import { makeFileTable } from "./file-table.ts";
import { toJsonChunks } from "./json-chunks.ts";
import type { ImageRow } from "./manifest.ts";
import type { SqlDatabase, SqlStatement } from "./sql-database.ts";

const columns = ["uuid", ...manifestColumnNames] as const;

const others = columns.filter((column) => column !== "uuid");

/**
 * Writes the images of `file` that differ. `image_acl` follows by triggers, which is why this is no upsert: the triggers
 * INSERT OR IGNORE, and SQLite takes the conflict clause of the statement that fired them instead. Nor a REPLACE: it
 * would fire no delete trigger and start again at revision 1.
 *
 * @see https://www.sqlite.org/lang_createtrigger.html
 */
const replace = `UPDATE images SET ${others.map((column) => `${column} = file.${column}`).join()},
  revision = images.revision + 1, write_id = NULL, write = NULL
FROM file WHERE file.uuid = images.uuid
  AND (${others.map((column) => `file.${column} IS NOT images.${column}`).join(" OR ")})
RETURNING 'replaced' AS outcome`;

/** Fails when there is one meanwhile. */
const add = `INSERT INTO images (${columns.join()}) SELECT ${columns.join()} FROM file RETURNING 'added' AS outcome`;

const fileTable = makeFileTable(columns);

/** The last revision that was provisioned. */
const provisioned = `(SELECT max(revision) FROM image_history WHERE image = images.uuid AND operation = 'provision')`;

/** A client changed the column since, as far as is known. */
const isClients = (column: string): string => `(${provisioned} IS NULL OR EXISTS (
  SELECT 1 FROM image_history AS later WHERE later.image = images.uuid AND later.revision > ${provisioned}
    AND instr(', ' || later.changed || ',', ', ${column},') > 0))`;

const listColumns = (condition: (column: string) => string): string =>
  `substr(${others.map((column) => `iif(${condition(column)}, ', ${column}', '')`).join(" || ")}, 3)`;

const differs = (column: string): string => `file.${column} IS NOT images.${column}`;

const isBack = "images.state = 'destroyed' AND file.state <> 'destroyed'";

/** What is not as the file has it. */
const compare = `SELECT file.uuid, ${isBack} AS isBack, ${listColumns(differs)} AS changed,
  ${listColumns((column) => `${differs(column)} AND ${isClients(column)}`)} AS undone
FROM file JOIN images ON images.uuid = file.uuid
WHERE ${others.map(differs).join(" OR ")}`;

const findStored = "SELECT uuid FROM images WHERE uuid IN (SELECT value ->> '$.uuid' FROM json_each(?))";

/** Fails, and with it the batch, when a client has written after the comparison. */
const guard = `SELECT json(iif(EXISTS (SELECT 1 FROM (${compare}) WHERE isBack OR undone <> ''), 'undone', '[]'))`;

/**
 * An image that is not stored, or not as the file has it: the columns that differ, those of them that a client changed since
 * the last load, and whether it was destroyed.
 */
export type ImageDifference = { uuid: string; isNew: boolean; isBack: boolean; changed: string[]; undone: string[] };

/** The row of a comparison; lists are text. */
export type ComparedImage = { uuid: string; isBack: number; changed: string; undone: string };

const splitNames = (text: string): string[] => (text === "" ? [] : text.split(", "));

/** Reads a row that a statement of `makeImageComparisons` answers. */
export const readImageDifference = ({ uuid, isBack, changed, undone }: ComparedImage): ImageDifference => ({
  uuid,
  isNew: false,
  isBack: isBack === 1,
  changed: splitNames(changed),
  undone: splitNames(undone),
});

/** An image that is not stored. */
export const makeAddedImage = (uuid: string): ImageDifference => ({
  uuid,
  isNew: true,
  isBack: false,
  changed: [],
  undone: [],
});

/** The statements that answer the UUIDs of those that are stored. Whole images are compared with stored ones alone. */
export const makeStoredSearches = (db: SqlDatabase, rows: readonly ImageRow[]): SqlStatement[] =>
  toJsonChunks(rows.map(({ uuid }) => ({ uuid }))).map((chunk) => db.prepare(findStored).bind(chunk));

/** The statements that compare rows of stored images with what is stored; those that are the same are left out. */
export const makeImageComparisons = (db: SqlDatabase, rows: readonly ImageRow[]): SqlStatement[] =>
  fileTable(db, rows, (prepare) => [prepare(compare)]);

/** The statements that fail when a load of the rows would bring an image back, or undo what a client changed. */
export const makeGuards = (db: SqlDatabase, rows: readonly ImageRow[]): SqlStatement[] =>
  fileTable(db, rows, (prepare) => [prepare(guard)]);

/** The statements that make images what the rows say; each answers `{outcome}` rows, unchanged ones left out. */
export const makeImageStatements = (
  db: SqlDatabase,
  { added, replaced }: Record<"added" | "replaced", readonly ImageRow[]>,
): SqlStatement[] => [
  ...fileTable(db, replaced, (prepare) => [prepare(replace)]),
  ...fileTable(db, added, (prepare) => [prepare(add)]),
];
