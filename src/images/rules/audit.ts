import type { CloudApiError } from "../../errors.ts";
import { imageWrites } from "../../operations.ts";
import type { Release } from "../../releases.ts";
import { assertAuthority } from "../../signature/refusals.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { longColumns, manifestColumnNames, maxPageBytes } from "../../tables.ts";
import { makeNotAllowed } from "../../text.ts";
import type { AuditPage, ImageHistory, RevisionRow } from "../image-audit.sql.ts";
import type { ImageRow } from "../image-row.sql.ts";
import { renderImage } from "./image-json.ts";
import { readSingle } from "./list-filters.ts";
import { makeNotOwner, requireVisible } from "./visibility.ts";

/** The most entries of a page. */
const maxLimit = 100;

/** Reads how many entries a page may have. @throws {CloudApiError} InvalidArgument on a `limit` that is not allowed */
export const readPageLimit = (query: RequestParameters): number =>
  readPositive(query, { name: "limit", most: maxLimit, rule: `a number from 1 to ${maxLimit}` }) ?? maxLimit;

/** Reads which page a query asks for. @throws {CloudApiError} InvalidArgument on a `limit` or `marker` that is not allowed */
export function readAuditPage(query: RequestParameters): AuditPage {
  const limit = readPageLimit(query);
  const marker = readPositive(query, {
    name: "marker",
    most: 1e15,
    rule: "a revision, as an entry of the audit has it",
  });
  return { limit, marker };
}

function readPositive(
  query: RequestParameters,
  { name, most, rule }: { name: string; most: number; rule: string },
): number | null {
  const text = readSingle(query, name);
  if (text === null) return null;
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw makeNotAllowed(`${name} is ${rule}`, text);
}

/** Parses a sent revision. Null if malformed. */
export const parseRevision = (sent: unknown): number | null =>
  /^[1-9][0-9]{0,14}$/.test(String(sent)) && (typeof sent === "string" || typeof sent === "number")
    ? Number(sent)
    : null;

export const makeUnknownRevision = (
  sent: unknown,
  { oldest, newest }: { oldest: number; newest: number },
): CloudApiError => makeNotAllowed(`revision is one that is kept, ${oldest} to ${newest}`, sent);

/**
 * Checks that the account may see an image's history. The owner and operators may, even of a destroyed image. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; ResourceNotFound when the image is hidden
 * or does not exist; NotImageOwner
 */
export function assertAuditable(
  found: Pick<ImageHistory, "hasAuthority" | "isOperator" | "image">,
  account: string,
): void {
  assertAuthority(found);
  const { isOperator, image } = found;
  if (image !== null && (image.owner === account || isOperator)) return;
  requireVisible(image, account);
  throw makeNotOwner("only the owner of an image, and operators, may see its history");
}

/** What the audit calls the revisions of an operation. */
const nameAction = (operation: RevisionRow["operation"]): string =>
  operation === "provision" ? "provision" : imageWrites[operation].action;

/** An entry of the audit, as MachineAudit has it. */
type AuditEntry = Readonly<Record<string, unknown>>;

/**
 * Renders a page of revisions. Each names what it changed: the fields of the image as this release shows it. `changes` is
 * null if the revision before was not kept. The page ends early where the values are large. docs/contract.md#audit
 *
 * @returns the entries, and the marker of the next page; null if no revision follows
 */
export function renderAudit(
  { revisions, matching, newest }: Pick<ImageHistory, "revisions" | "matching" | "newest">,
  { release, limit }: { release: Release; limit: number },
): { entries: AuditEntry[]; nextMarker: number | null } {
  const entries: AuditEntry[] = [];
  let after = newest;
  let bytes = 0;
  let last = null;
  for (const row of revisions.slice(0, limit)) {
    if (after === null || bytes > maxPageBytes) break;
    const before = { ...after, ...pickEarlier(row) };
    const changes = row.is_cut
      ? null
      : renderChanges(row, { before: row.changed === null ? null : before, after, release });
    entries.push({ ...renderEntry(row), changes });
    bytes += measureChanges(row, before) + measureChanges(row, after);
    after = before;
    last = row.revision;
  }
  return { entries, nextMarker: entries.length < matching ? last : null };
}

/** What an entry says of a revision but for its changes. */
export const renderEntry = (row: RevisionRow): AuditEntry => ({
  action: nameAction(row.operation),
  success: "yes",
  time: new Date(row.time).toISOString(),
  caller: renderCaller(row),
  revision: row.revision,
});

/** MachineAudit's `signature` or, for `npm run provision`, `operator`. */
function renderCaller({
  account,
  login,
  key_sha256: key,
  key_scope: scope,
  request_id: requestId,
}: Pick<RevisionRow, "account" | "login" | "key_sha256" | "request_id" | "key_scope">): Record<string, unknown> {
  if (account === null) return { type: "operator" };
  const keyId = `/${login ?? account}/keys/${key}`;
  return { type: "signature", keyId, account, requestId, ...(scope !== null && { scope }) };
}

const listChanged = ({ changed }: RevisionRow): readonly string[] => changed?.split(", ") ?? manifestColumnNames;

/** The values before a revision of the columns that it changed. */
export const pickEarlier = (row: RevisionRow): Partial<ImageRow> => {
  const changed = listChanged(row);
  return Object.fromEntries(Object.entries(row).filter(([name]) => changed.includes(name)));
};

/** Characters of the long texts that a revision changed. */
export const measureChanges = (row: RevisionRow, image: ImageRow): number => {
  const changed = listChanged(row);
  return longColumns.reduce((sum, name) => sum + (changed.includes(name) ? (image[name]?.length ?? 0) : 0), 0);
};

/** The fields that a revision changed, as the release shows them. All of them if nothing is known of the image before. */
export function renderChanges(
  row: RevisionRow,
  { before, after, release }: { before: ImageRow | null; after: ImageRow; release: Release },
): Record<string, unknown> {
  const changed = before === null ? manifestColumnNames : listChanged(row);
  // Long texts that stay are not parsed.
  const unchanged = Object.fromEntries(
    longColumns.filter((name) => !changed.includes(name)).map((name) => [name, null]),
  );
  const old = before === null ? {} : renderImage({ ...before, ...unchanged }, release);
  const current = renderImage({ ...after, ...unchanged }, release);
  const names = Object.keys({ ...current, ...old }).filter((name) => name !== "id");
  return Object.fromEntries(
    names
      .map((name) => [name, { before: old[name] ?? null, after: current[name] ?? null }] as const)
      .filter(([, change]) => JSON.stringify(change.before) !== JSON.stringify(change.after)),
  );
}
