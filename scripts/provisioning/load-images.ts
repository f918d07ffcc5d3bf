import { hasName, manifestColumnNames } from "../../src/tables.ts";
import { newestPlace } from "../schema/triggers.ts";
import { makeDifferences } from "./history-differences.ts";
import { type HistoryRow, revisionColumns } from "./history-entry.ts";
import type { ImageRow } from "./manifest.ts";
import { isOtherJson, makeFileTable, type SqlDatabase, type SqlStatement } from "./sql-database.ts";

const columns = ["uuid", ...manifestColumnNames] as const;
const restoredColumns = [...columns, "revision"] as const;

const uuidTable = makeFileTable(["uuid"]);
const fileTable = makeFileTable(columns);
const restoredTable = makeFileTable(restoredColumns);
const historyTable = makeFileTable([...revisionColumns, "feed", "left_feed"]);

/** Renders each column of the manifest, and joins them. */
const list = (render: (column: string) => string, separator = ","): string =>
  manifestColumnNames.map(render).join(separator);

const differs = (column: string): string => {
  const [one, other] = [`file.${column}`, `images.${column}`];
  const isOther = `${one} IS NOT ${other}`;
  return column === "tags" ? `(${isOther} AND ${isOtherJson(one, other)})` : isOther;
};

const anyDiffers = `(${list(differs, " OR ")})`;

/**
 * Writes the images of `file` that differ. This is no upsert, because triggers keep `image_acl`: they INSERT OR IGNORE, and
 * SQLite would take the conflict clause of the statement that fired them instead. Nor is it a REPLACE, which fires no delete
 * trigger and starts again at revision 1.
 *
 * @see https://www.sqlite.org/lang_createtrigger.html
 */
const replace = `UPDATE images SET ${list((column) => `${column} = file.${column}`)},
  revision = images.revision + 1, write_id = NULL, write = NULL
FROM file WHERE file.uuid = images.uuid AND ${anyDiffers}`;

/** Fails if another program has added the image meanwhile. */
const makeAdd = (names: readonly string[]): string =>
  `INSERT INTO images (${names.join()}) SELECT ${names.join()} FROM file`;

/** Removes the revision that a trigger made of an image's insert. */
const removeInserted = "DELETE FROM image_revisions WHERE image IN (SELECT uuid FROM file)";

/** The order of what follows the newest place in a feed of changes. */
const placeIn = (feed: string): string =>
  `row_number() OVER (PARTITION BY file.${feed} ORDER BY time, image, revision)`;

/** A history that is loaded is at the end of the feeds. What left a feed follows what is in it. */
const addRevisions = `INSERT INTO image_revisions (${revisionColumns.join()}, feed, sequence, left_feed, left_sequence)
SELECT ${revisionColumns.join()}, feed, ${newestPlace("file.feed")} + ${placeIn("feed")}, left_feed,
  iif(left_feed IS NULL, NULL, ${newestPlace("file.left_feed")} + (SELECT count(*) FROM file AS own WHERE own.feed = file.left_feed) + ${placeIn("left_feed")})
FROM file`;

/** Images to write. New ones with a history get it, and the revision that they had. */
type ImagesToWrite = {
  added: readonly ImageRow[];
  replaced: readonly ImageRow[];
  histories: ReadonlyMap<string, readonly HistoryRow[]>;
};

/** Makes the statements that store images. */
export function makeImageStatements(db: SqlDatabase, { added, replaced, histories }: ImagesToWrite): SqlStatement[] {
  const restored = added.flatMap((row) => {
    const last = histories.get(row.uuid)?.at(-1);
    return last ? [{ ...row, revision: last.revision }] : [];
  });
  const revisions = restored.flatMap(({ uuid }) => makeDifferences(histories.get(uuid) ?? []));
  return [
    ...fileTable(db, replaced, replace),
    ...fileTable(
      db,
      added.filter(({ uuid }) => !histories.has(uuid)),
      makeAdd(columns),
    ),
    ...restoredTable(db, restored, makeAdd(restoredColumns)),
    ...uuidTable(db, restored, removeInserted),
    ...historyTable(db, revisions, addRevisions),
  ];
}

/** The last revision that was provisioned. */
const provisioned = `(SELECT max(revision) FROM image_revisions WHERE image = images.uuid AND operation = 'provision')`;

/** Whether a client changed the column since. True if the history does not show it. */
const isClients = (column: string): string => `(${provisioned} IS NULL OR EXISTS (
  SELECT 1 FROM image_revisions AS later WHERE later.image = images.uuid AND later.revision > ${provisioned}
    AND ${hasName("later.changed", column)}))`;

/** The names of the columns that meet a condition, as text. */
const listNames = (condition: (column: string) => string): string =>
  `substr(${list((column) => `iif(${condition(column)}, ', ${column}', '')`, " || ")}, 3)`;

const compare = `SELECT file.uuid, images.state = 'destroyed' AND file.state <> 'destroyed' AS isBack,
  ${listNames(differs)} AS changed, ${listNames((column) => `${differs(column)} AND ${isClients(column)}`)} AS undone
FROM file JOIN images ON images.uuid = file.uuid
WHERE ${anyDiffers}`;

/** Fails, and with it the batch, if a client has written after the comparison. */
const guard = `SELECT json(iif(EXISTS (SELECT 1 FROM (${compare}) WHERE isBack OR undone <> ''), 'undone', '[]'))`;

/** A row of a comparison; lists are text. */
export type ComparedImage = { uuid: string; isBack: number; changed: string; undone: string };

/**
 * An image that is new or differs: the columns that differ, those of them that a client changed since the last load, and
 * whether a destroyed image comes back.
 */
export type ImageDifference = { uuid: string; isNew: boolean; isBack: boolean; changed: string[]; undone: string[] };

const splitNames = (text: string): string[] => (text === "" ? [] : text.split(", "));

/** Reads a row of a comparison. */
export const readImageDifference = ({ uuid, isBack, changed, undone }: ComparedImage): ImageDifference => ({
  uuid,
  isNew: false,
  isBack: isBack === 1,
  changed: splitNames(changed),
  undone: splitNames(undone),
});

/** Makes the statements that find which images are stored. */
export const makeStoredSearches = (db: SqlDatabase, images: readonly ImageRow[]): SqlStatement[] =>
  uuidTable(db, images, "SELECT uuid FROM images WHERE uuid IN (SELECT uuid FROM file)");

/** Makes the statements that compare stored images with the file. They return those that differ. */
export const makeImageComparisons = (db: SqlDatabase, images: readonly ImageRow[]): SqlStatement[] =>
  fileTable(db, images, compare);

/** Makes the statements that fail if a load would bring an image back, or undo what a client changed. */
export const makeGuards = (db: SqlDatabase, images: readonly ImageRow[]): SqlStatement[] =>
  fileTable(db, images, guard);

const lastTable = makeFileTable(["image", "revision", "write_id"]);

/** Makes the statements that find stored images whose history does not go on from the file's. */
export function makeHistoryComparisons(db: SqlDatabase, histories: ImagesToWrite["histories"]): SqlStatement[] {
  const last = [...histories.values()].flatMap((history) => history.slice(-1));
  return lastTable(
    db,
    last,
    `SELECT image AS uuid FROM file WHERE image IN (SELECT uuid FROM images) AND NOT EXISTS (SELECT 1 FROM image_revisions AS stored
  WHERE stored.image = file.image AND stored.revision = file.revision AND stored.write_id = file.write_id)`,
  );
}
