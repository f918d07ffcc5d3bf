import type { HistoryPage, RevisionRow } from "../db/image-history.ts";
import type { ImageRow } from "../db/outcome.ts";
import type { Parameters } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";
import type { Release } from "../http/api-version.ts";
import { singleText } from "./filters.ts";
import { imageJson } from "./json.ts";

const maxLimit = 100;

/**
 * The page that a query asks for.
 *
 * @throws {CloudApiError} InvalidArgument on a `limit` or `marker` that is not allowed
 */
export function auditPage(query: Parameters): HistoryPage {
  const limit = positive(query, { name: "limit", most: maxLimit, rule: `a number from 1 to ${maxLimit}` });
  const marker = positive(query, { name: "marker", most: 1e15, rule: "a revision, as an entry of the audit has it" });
  return { limit: limit ?? maxLimit, marker };
}

function positive(
  query: Parameters,
  { name, most, rule }: { name: string; most: number; rule: string },
): number | null {
  const text = singleText(query, name);
  if (text === null) return null;
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new CloudApiError("InvalidArgument", `${name} is ${rule}; ${JSON.stringify(shown(text))} was sent`);
}

/** CloudAPI's words for what was done (MachineAudit has the same shape). */
const actions: Readonly<Record<string, string>> = {
  UpdateImage: "update",
  CloneImage: "clone",
  DeleteImage: "delete",
};

/**
 * Revisions as MachineAudit has them, each with what it changed: the fields of the image as this release shows it.
 * `changes` is null where the revision before is not kept.
 *
 * @param rows newest first; those beyond `limit`, or of a revision not above `above`, only tell what the next changed
 */
export function auditJson(
  rows: readonly RevisionRow[],
  { release, limit, above }: { release: Release; limit: number; above: number },
): Record<string, unknown>[] {
  const page = rows.slice(0, limit).filter(({ revision }) => revision > above);
  return page.map((row, at) => ({
    action: actions[row.operation] ?? row.operation,
    success: "yes",
    time: new Date(row.time).toISOString(),
    caller: callerJson(row),
    revision: row.revision,
    changes: changesJson(rows[at + 1], row, release),
  }));
}

/** MachineAudit's `signature` and `operator`: who provisions has the database itself. */
function callerJson({ account, login, key_sha256: key, request_id: requestId }: RevisionRow): Record<string, unknown> {
  if (account === null) return { type: "operator" };
  return { type: "signature", keyId: `/${login ?? account}/keys/${key}`, account, requestId };
}

function changesJson(before: RevisionRow | undefined, after: RevisionRow, release: Release): unknown {
  const isFirst = after.changed === null && after.operation !== "baseline";
  const isKept = before?.revision === after.revision - 1;
  if (!isFirst && !isKept) return null;
  const old = isFirst || !before ? {} : imageJson(asImage(before), release);
  const current = imageJson(asImage(after), release);
  const names = Object.keys({ ...current, ...old }).filter((name) => name !== "id");
  return Object.fromEntries(
    names
      .map((name) => [name, { before: old[name] ?? null, after: current[name] ?? null }] as const)
      .filter(([, change]) => JSON.stringify(change.before) !== JSON.stringify(change.after)),
  );
}

const asImage = ({ image, ...row }: RevisionRow): ImageRow => ({ uuid: image, ...row });
