import { manifestColumnNames } from "../../src/db/schema.ts";
import { isTooLargeForJson, toJsonChunks } from "./json-chunks.ts";
import type { ImageRow } from "./manifest.ts";

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

const add = `INSERT INTO images (${columns.join()})
SELECT ${columns.join()} FROM file WHERE NOT EXISTS (SELECT 1 FROM images WHERE images.uuid = file.uuid)
RETURNING 'added' AS outcome`;

const fromJson = `WITH file (${columns.join()}) AS MATERIALIZED (
  SELECT ${columns.map((column) => `value ->> '$.${column}'`).join()} FROM json_each(?)
)`;

const fromValues = `WITH file (${columns.join()}) AS (VALUES (${columns.map(() => "?").join()}))`;

/** Images that a load would bring back or whose changes by clients it would undo, and which fields those are. */
const undone = `SELECT uuid, back, substr(fields, 3) AS fields FROM (
  SELECT images.uuid, images.state = 'destroyed' AND file.state <> 'destroyed' AS back, ${others
    .map(
      (column) => `iif(file.${column} IS NOT images.${column} AND (since.revision IS NULL OR EXISTS (
      SELECT 1 FROM image_history AS later WHERE later.image = images.uuid AND later.revision > since.revision
        AND instr(', ' || later.changed || ',', ', ${column},') > 0)), ', ${column}', '')`,
    )
    .join(" || ")} AS fields
  FROM file JOIN images ON images.uuid = file.uuid
  JOIN (SELECT file.uuid, (SELECT max(revision) FROM image_history
    WHERE image = file.uuid AND operation = 'provision') AS revision FROM file) AS since ON since.uuid = images.uuid
) WHERE back OR fields <> ''`;

/** Fails, and with it the batch, when there is one: a client may have written after the check. */
const guard = `SELECT json(iif(EXISTS (${undone}), 'undone', '[]'))`;

/** An image that a load would bring back from `destroyed`, or whose `fields` it would undo. */
export type Undone = { uuid: string; back: number; fields: string };

/** The statements that answer `Undone` rows, or as guards fail when there is one. */
export function makeUndoneStatements(
  db: D1Database,
  rows: readonly ImageRow[],
  isGuard: boolean,
): D1PreparedStatement[] {
  return overFiles(rows, (file, values) => [db.prepare(`${file} ${isGuard ? guard : undone}`).bind(...values)]);
}

/** The statements that make images what the rows say; each answers `{outcome}` rows, unchanged ones left out. */
export function makeImageStatements(db: D1Database, rows: readonly ImageRow[]): D1PreparedStatement[] {
  return overFiles(rows, (file, values) =>
    [replace, add].map((write) => db.prepare(`${file} ${write}`).bind(...values)),
  );
}

type Make = (file: string, values: readonly (string | number | null)[]) => D1PreparedStatement[];

/** Statements over all rows, large ones each alone. */
function overFiles(rows: readonly ImageRow[], make: Make): D1PreparedStatement[] {
  const large = new Set(rows.filter(isTooLargeForJson));
  const small = rows.filter((row) => !large.has(row));
  return [
    ...toJsonChunks(small).flatMap((chunk) => make(fromJson, [chunk])),
    ...[...large].flatMap((row) =>
      make(
        fromValues,
        columns.map((column) => toBindable(row[column])),
      ),
    ),
  ];
}

const toBindable = (value: string | number | boolean | null): string | number | null =>
  typeof value === "boolean" ? Number(value) : value;
