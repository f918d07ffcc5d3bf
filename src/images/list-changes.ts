import { asCaller } from "../caller/as-caller.ts";
import { requireSet } from "../context.ts";
import { computeSha } from "../digest.ts";
import { answerJson, answerNotModified } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { noteIgnored, readQuery } from "../http/parameters.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { parseEntityTags } from "../syntax/entity-tags.ts";
import { readChanges } from "./list-changes.sql.ts";
import { assertInFeed, changesParameters, formatNewest, readChangesRequest, renderFeed } from "./rules/changes.ts";

const encoder = new TextEncoder();

/** An entity tag of the feed: its newest place, and a hash of everything else that the answer depends on. */
const tagShape = /^([0-9]{1,15})-(.+)$/;

/** ListChanges: every revision of every image of the account, in the order of commit. docs/contract.md#changes */
export const listChanges = handlersOf<"/:login/changes">()(named("ListChanges"), async (c) => {
  const query = readQuery(c);
  noteIgnored(c, query, changesParameters);
  const tags = parseEntityTags("If-None-Match", c.req.header("If-None-Match"));
  const release = c.get("release");
  const { account } = requireSet(c, "caller");
  const { after, limit } = readChangesRequest(query, account);
  const of = (await computeSha("SHA-256", encoder.encode(JSON.stringify([account, release, after, limit])))).slice(
    0,
    22,
  );
  const seen = Array.isArray(tags) ? tags.flatMap((tag) => findSeen(tag, of)) : [];
  const page = {
    after: after?.sequence ?? null,
    limit: tags === "*" ? 0 : limit,
    seen: seen.length > 0 ? Math.max(...seen) : null,
  };
  const feed = await asCaller(c, (db, caller) => readChanges(db, caller, page));
  assertAuthority(feed);
  assertInFeed(after, feed, account);
  const headers = {
    ETag: `"${feed.newest}-${of}"`,
    ...(!after && { "Newest-Cursor": formatNewest(feed, account) }),
  };
  if (tags === "*" || seen.includes(feed.newest)) return answerNotModified(c, headers);
  return await answerJson(c, renderFeed(feed.changes, { account, release }), { headers });
});

/** The newest place that a tag names, if it is of this request. */
function findSeen(tag: string, of: string): number[] {
  const [, newest, rest] = tagShape.exec(tag) ?? [];
  return rest === of ? [Number(newest)] : [];
}
