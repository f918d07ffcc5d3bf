import { CloudApiError } from "../../errors.ts";
import { imageWrites } from "../../operations.ts";
import type { Release } from "../../releases.ts";
import { assertAuthority } from "../../signature/refusals.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { showValue } from "../../text.ts";
import type { AuditPage, ImageHistory, RevisionRow } from "../image-audit.sql.ts";
import type { ImageRow } from "../image-row.sql.ts";
import { renderImage } from "./image-json.ts";
import { readSingle } from "./list-filters.ts";
import { makeNotOwner, requireVisible } from "./visibility.ts";

const maxLimit = 100;

/** Reads which page a query asks for. @throws {CloudApiError} InvalidArgument on a `limit` or `marker` that is not allowed */
export function readAuditPage(query: RequestParameters): AuditPage {
  const limit = readPositive(query, { name: "limit", most: maxLimit, rule: `a number from 1 to ${maxLimit}` });
  const marker = readPositive(query, {
    name: "marker",
    most: 1e15,
    rule: "a revision, as an entry of the audit has it",
  });
  return { limit: limit ?? maxLimit, marker };
}

function readPositive(
  query: RequestParameters,
  { name, most, rule }: { name: string; most: number; rule: string },
): number | null {
  const text = readSingle(query, name);
  if (text === null) return null;
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new CloudApiError("InvalidArgument", `${name} is ${rule}; ${showValue(text)} was sent`);
}

/** Parses a sent revision. Null if malformed. */
export const parseRevision = (sent: unknown): number | null =>
  /^[1-9][0-9]{0,14}$/.test(String(sent)) && (typeof sent === "string" || typeof sent === "number")
    ? Number(sent)
    : null;

export const makeUnknownRevision = (
  sent: unknown,
  { oldest, newest }: { oldest: number; newest: number },
): CloudApiError =>
  new CloudApiError(
    "InvalidArgument",
    `revision is one that is kept, ${oldest} to ${newest}; ${showValue(sent)} was sent`,
  );

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

/**
 * Renders revisions as MachineAudit does. Each names what it changed: the fields of the image as this release shows it.
 * `changes` is null if the revision before is not kept. docs/contract.md#audit
 *
 * @param rows newest first. Extra rows at the end, beyond `limit` or not above revision `above`, are only compared with
 */
export function renderAudit(
  rows: readonly RevisionRow[],
  { release, limit, above }: { release: Release; limit: number; above: number },
): Record<string, unknown>[] {
  const page = rows.slice(0, limit).filter(({ revision }) => revision > above);
  return page.map((row, at) => ({
    action: nameAction(row.operation),
    success: "yes",
    time: new Date(row.time).toISOString(),
    caller: renderCaller(row),
    revision: row.revision,
    changes: renderChanges(rows[at + 1], row, release),
  }));
}

/** MachineAudit's `signature` or, for `npm run provision`, `operator`. */
function renderCaller({
  account,
  login,
  key_sha256: key,
  request_id: requestId,
}: RevisionRow): Record<string, unknown> {
  if (account === null) return { type: "operator" };
  return { type: "signature", keyId: `/${login ?? account}/keys/${key}`, account, requestId };
}

function renderChanges(before: RevisionRow | undefined, after: RevisionRow, release: Release): unknown {
  const isFirst = after.changed === null;
  const isKept = before?.revision === after.revision - 1;
  if (!isFirst && !isKept) return null;
  const old = isFirst || !before ? {} : renderImage(toImage(before), release);
  const current = renderImage(toImage(after), release);
  const names = Object.keys({ ...current, ...old }).filter((name) => name !== "id");
  return Object.fromEntries(
    names
      .map((name) => [name, { before: old[name] ?? null, after: current[name] ?? null }] as const)
      .filter(([, change]) => JSON.stringify(change.before) !== JSON.stringify(change.after)),
  );
}

const toImage = ({ image, ...row }: RevisionRow): ImageRow => ({ uuid: image, ...row });
