import { isTooLargeForJson, jsonChunks } from "./json-chunks.ts";
import type { ImageRow } from "./manifest.ts";

const columns = [
  "uuid",
  "name",
  "version",
  "os",
  "type",
  "requirements",
  "image_size",
  "description",
  "files",
  "tags",
  "homepage",
  "published_at",
  "owner",
  "public",
  "state",
  "eula",
  "acl",
  "origin",
  "error",
] as const satisfies readonly (keyof ImageRow)[];

const replaced = columns.filter((column) => column !== "uuid");

/**
 * Writes the rows of `file` that are new or differ; answers one row an image that was written. `image_acl` follows by
 * triggers. Never INSERT OR REPLACE: it would run no delete trigger and start again at revision 1.
 */
const upsert = `INSERT INTO images (${columns.join()})
  SELECT ${columns.join()} FROM file WHERE true
  ON CONFLICT (uuid) DO UPDATE SET ${replaced.map((column) => `${column} = excluded.${column}`).join()},
    revision = images.revision + 1, write_id = NULL
  WHERE ${replaced.map((column) => `excluded.${column} IS NOT images.${column}`).join(" OR ")}
  RETURNING iif(revision = 1, 'added', 'replaced') AS outcome`;

const fromJson = `WITH file (${columns.join()}) AS (
  SELECT ${columns.map((column) => `value ->> '$.${column}'`).join()} FROM json_each(?)
) ${upsert}`;

const fromValues = `WITH file (${columns.join()}) AS (VALUES (${columns.map(() => "?").join()})) ${upsert}`;

/** The statements that make images what the rows say; each answers `{outcome}` rows, unchanged ones left out. */
export function imageStatements(db: D1Database, rows: readonly ImageRow[]): D1PreparedStatement[] {
  const large = rows.filter(isTooLargeForJson);
  const small = rows.filter((row) => !large.includes(row));
  return [
    ...jsonChunks(small).map((chunk) => db.prepare(fromJson).bind(chunk)),
    ...large.map((row) => db.prepare(fromValues).bind(...columns.map((column) => bindable(row[column])))),
  ];
}

const bindable = (value: string | number | boolean | null): string | number | null =>
  typeof value === "boolean" ? Number(value) : value;
