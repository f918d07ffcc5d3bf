import { sql } from "drizzle-orm";
import { authorityStatement } from "../db/authority.ts";
import { type Database, requireRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { integer, query, statement } from "../db/statement.ts";
import { groupByBytes } from "../text.ts";
import {
  hasTags,
  type IdsValues,
  inListOrder,
  isCandidate,
  isStillListable,
  type ListRequest,
  type ListValues,
  maxSearchedBytes,
  toIdsValues,
  toValues,
} from "./list-conditions.sql.ts";

/** An image that matches all filters but the tags, and the bytes of its tags. */
type Candidate = { uuid: string; bytes: number };

export const candidatesStatement = statement<ListValues>().returnsRows(
  () => ({ uuid: images.uuid, bytes: integer(sql`coalesce(octet_length(${images.tags}), 0)`) }),
  (columns, bind) =>
    query
      .select(columns)
      .from(images)
      .where(isCandidate(bind))
      .orderBy(...inListOrder),
);

export const taggedStatement = statement<IdsValues & { tags: string | null }>().returnsRows(
  () => ({ uuid: images.uuid }),
  (columns, bind) =>
    query
      .select(columns)
      .from(images)
      .where(sql`${isStillListable(bind)} AND ${hasTags(bind.tags)}`)
      .orderBy(...inListOrder),
);

/** Reads the images that match all filters but the tags, in the order of the list. Reads no tag. One round trip. */
export const readCandidates = (db: Database, request: ListRequest): Promise<Candidate[]> =>
  db.all(candidatesStatement.with(toValues(request)));

/** Searches candidates for the tags. Returns the ids of those that the caller can still see. One round trip. */
export async function searchTags(
  db: Database,
  { caller, filters, limit }: ListRequest,
  candidates: readonly Candidate[],
): Promise<{ hasAuthority: boolean; ids: string[] }> {
  const { tags } = toValues({ caller, filters, limit });
  const ids = candidates.map(({ uuid }) => uuid);
  const values = { ...toIdsValues({ caller, filters, ids }), tags };
  const [authority, rows] = await db.batch([authorityStatement.with(values), taggedStatement.with(values)]);
  return { ...requireRow(authority), ids: rows.map(({ uuid }) => uuid) };
}

/** Whether the candidates are more than one statement searches. */
export const isLargeSearch = (candidates: readonly Candidate[]): boolean =>
  candidates.reduce((total, { bytes }) => total + bytes, 0) > maxSearchedBytes;

const maxSearchedImages = 5000;

/** Splits candidates into groups that one statement searches. */
export const groupCandidates = (candidates: readonly Candidate[]): Candidate[][] =>
  groupByBytes(candidates, { maxBytes: maxSearchedBytes, maxItems: maxSearchedImages });
