import { sql } from "drizzle-orm";
import type { Caller } from "../caller.ts";
import { authorityStatement } from "../db/authority.ts";
import { type Database, readOnlyRow } from "../db/client.ts";
import { images } from "../db/schema.ts";
import { integer, query, statement } from "../db/statement.ts";
import {
  hasTags,
  isCandidate,
  type ListRequest,
  type ListValues,
  maxSearchedBytes,
  publishedAt,
  toValues,
} from "./list-conditions.sql.ts";
import { isVisible } from "./visibility.sql.ts";

/** An image that matches all filters but the tags, and the bytes of its tags. */
export type Candidate = { uuid: string; bytes: number };

export const candidatesStatement = statement<ListValues>().reads(
  () => ({ uuid: images.uuid, bytes: integer(sql`coalesce(octet_length(${images.tags}), 0)`) }),
  (columns, bind) =>
    query.select(columns).from(images).where(isCandidate(bind)).orderBy(publishedAt(images.published_at), images.uuid),
);

export const taggedStatement = statement<Caller & { ids: string; tags: string | null }>().reads(
  () => ({ uuid: images.uuid }),
  (columns, bind) =>
    query
      .select(columns)
      .from(images)
      .where(
        sql`${images.uuid} IN (SELECT value FROM json_each(${bind.ids})) AND ${isVisible(images, bind.account)} AND ${hasTags(bind.tags)}`,
      )
      .orderBy(publishedAt(images.published_at), images.uuid),
);

/** The images that match all filters but the tags, in the order of the list. One round trip, which reads no tag. */
export const findCandidates = (db: Database, request: ListRequest): Promise<Candidate[]> =>
  db.all(candidatesStatement.with(toValues(request)));

/** Of these candidates, the ids of those that have the tags and that the caller can still see. One round trip. */
export async function searchTags(
  db: Database,
  { caller, filters, limit }: ListRequest,
  candidates: readonly Candidate[],
): Promise<{ hasAuthority: boolean; ids: string[] }> {
  const { tags } = toValues({ caller, filters, limit });
  const values = { ...caller, tags, ids: JSON.stringify(candidates.map(({ uuid }) => uuid)) };
  const [authority, rows] = await db.batch([authorityStatement.with(values), taggedStatement.with(values)]);
  return { ...readOnlyRow(authority), ids: rows.map(({ uuid }) => uuid) };
}

/** Whether these are more than one statement searches. */
export const isLargeSearch = (candidates: readonly Candidate[]): boolean =>
  candidates.reduce((total, { bytes }) => total + bytes, 0) > maxSearchedBytes;

/** The most images of one search. */
const maxSearchedImages = 5000;

/** Splits candidates into runs that one statement searches, one candidate at least. */
export function groupCandidates(candidates: readonly Candidate[]): Candidate[][] {
  const groups: Candidate[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (bytes + candidate.bytes > maxSearchedBytes || groups.at(-1)?.length === maxSearchedImages) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(candidate);
    bytes += candidate.bytes;
  }
  return groups;
}
