import { and, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Caller } from "../auth/authenticate.ts";
import type { ListFilters } from "../images/filters.ts";
import { type Database, selectStatement } from "./client.ts";
import { type ImageRow, imageColumns, type SeenImage, seen, seenStatement } from "./outcome.ts";
import { imageAcl, images } from "./schema.ts";

const account = sql.placeholder("account");

/**
 * The rows that the account may see, each found by an index of its own: its own, the public, those shared with it.
 * One condition with OR over all of them makes SQLite read every row.
 */
const visible = sql`rowid IN (
  SELECT rowid FROM ${images} WHERE owner = ${account}
  UNION SELECT rowid FROM ${images} WHERE public = 1 AND state IN ('active', 'disabled')
  UNION SELECT i.rowid FROM ${imageAcl} a CROSS JOIN ${images} i ON i.uuid = a.image WHERE a.account = ${account}
)`;

/** Of another's images only the activated are seen; `all` is every state of one's own and the active of others. */
const inState = sql`${images.state} <> 'destroyed'
  AND (${images.owner} = ${account} OR ${images.state} IN ('active', 'disabled'))
  AND CASE ${sql.placeholder("state")}
    WHEN 'all' THEN ${images.owner} = ${account} OR ${images.state} = 'active'
    ELSE ${images.state} = ${sql.placeholder("state")} END`;

/** A filter that is off when its value is NULL. */
const filter = (name: string, condition: (value: SQLWrapper) => SQL): SQL =>
  sql`(${sql.placeholder(name)} IS NULL OR ${condition(sql.placeholder(name))})`;

/** Every wanted `[key, text]` is a tag: text as itself, other values by their JSON. */
const hasTags = sql`NOT EXISTS (
  SELECT 1 FROM json_each(${sql.placeholder("tags")}) AS wanted WHERE NOT EXISTS (
    SELECT 1 FROM json_each(${images.tags}) AS tag WHERE tag.key = wanted.value ->> 0
      AND CASE tag.type WHEN 'text' THEN tag.value ELSE ${images.tags} -> tag.fullkey END = wanted.value ->> 1))`;

/** Images without `published_at` first. With milliseconds, so that texts of either precision compare as times. */
const publishedAt = (column: SQLWrapper): SQL => sql`coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ${column}), '')`;

const afterMarker = filter(
  "marker",
  (marker) => sql`(${publishedAt(images.published_at)}, ${images.uuid}) >
    (SELECT ${publishedAt(sql`m.published_at`)}, m.uuid FROM ${images} m WHERE m.uuid = ${marker})`,
);

const listStatement = selectStatement(imageColumns, (db, fields) =>
  db
    .select(fields)
    .from(images)
    .where(
      and(
        visible,
        inState,
        filter("name", (name) => sql`${images.name} = ${name}`),
        filter("namePart", (part) => sql`instr(${images.name}, ${part}) > 0`),
        filter("os", (os) => sql`${images.os} = ${os}`),
        filter("version", (version) => sql`${images.version} = ${version}`),
        filter("type", (type) => sql`${images.type} = ${type}`),
        filter(
          "isZvol",
          (isZvol) => sql`(${images.type} NOT IN ('', 'null') AND (${images.type} = 'zvol') = ${isZvol})`,
        ),
        filter("public", (isPublic) => sql`${images.public} = ${isPublic}`),
        filter("owner", (owner) => sql`${images.owner} = ${owner}`),
        filter("tags", () => hasTags),
        afterMarker,
      ),
    )
    .orderBy(publishedAt(images.published_at), images.uuid)
    .limit(sql.placeholder("limit")),
);

/** The images of a page, at most `limit`; the caller's authority and the marker's image as they are now. */
export type ListedImages = { hasAuthority: boolean; images: ImageRow[]; marker: SeenImage | undefined };

const asInteger = (claim: boolean | null): number | null => (claim === null ? null : Number(claim));

/**
 * The images that the account can see and the filters match, by ascending `published_at`, ties by id. One trip.
 *
 * @param limit the most rows to answer
 */
export async function listImages(
  db: Database,
  { caller, filters, limit }: { caller: Caller; filters: ListFilters; limit: number },
): Promise<ListedImages> {
  const { tags, isZvol, public: isPublic, ...same } = filters;
  const values = {
    ...same,
    account: caller.account,
    limit,
    isZvol: asInteger(isZvol),
    public: asInteger(isPublic),
    tags: tags.length > 0 ? JSON.stringify(tags) : null,
  };
  const [marker, rows] = await db.firstAndAll(
    [seenStatement, { ...caller, image: filters.marker }],
    [listStatement, values],
  );
  const { hasAuthority, image } = seen(marker);
  return { hasAuthority, images: rows, marker: image };
}
