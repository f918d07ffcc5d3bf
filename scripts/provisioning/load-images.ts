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

/** The statements that make images what the rows say; each answers `{outcome}` rows, unchanged ones left out. */
export function makeImageStatements(db: D1Database, rows: readonly ImageRow[]): D1PreparedStatement[] {
  const large = new Set(rows.filter(isTooLargeForJson));
  const small = rows.filter((row) => !large.has(row));
  const bothOf = (file: string, values: readonly (string | number | null)[]) =>
    [replace, add].map((write) => db.prepare(`${file} ${write}`).bind(...values));
  return [
    ...toJsonChunks(small).flatMap((chunk) => bothOf(fromJson, [chunk])),
    ...[...large].flatMap((row) =>
      bothOf(
        fromValues,
        columns.map((column) => toBindable(row[column])),
      ),
    ),
  ];
}

const toBindable = (value: string | number | boolean | null): string | number | null =>
  typeof value === "boolean" ? Number(value) : value;
