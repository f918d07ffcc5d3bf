import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { type AuditPage, type ImageHistory, readHistory } from "../db/image-audit.ts";
import { answerPages, type Page } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { readAuditPage, renderAudit } from "./audit-entries.ts";
import { makeNotOwner } from "./judge-write.ts";
import { requireVisible } from "./visibility.ts";

/** ImageAudit: who changed what and when, the newest first; for the owner and operators. docs/contract.md#audit */
export const imageAudit = createFactory<AppEnv, "/:login/images/:id/audit">().createHandlers(
  named("ImageAudit"),
  async (c) => answerPages(c, await readPage(c, readAuditPage(readQuery(c)))),
);

/** Reads a page of the audit, and the way to the next. */
async function readPage(c: Context<AppEnv>, page: AuditPage): Promise<Page> {
  // 0 is no bound: every revision is above one that is as far below.
  const keepRevisions = readConfiguration(c.env).historyRevisions || Number.MAX_SAFE_INTEGER;
  const image = requireSet(c, "image");
  const history = await asCaller(c, (db, caller) => readHistory(db, { image, caller, page, keepRevisions }));
  assertAuditable(history, requireSet(c, "caller").account);
  const { revisions, isWhole } = history;
  // The last row of a page that is not whole shows what the one above it changed, and begins the next page.
  const limit = isWhole ? page.limit : revisions.length - 1;
  const above = (history.image?.revision ?? 0) - keepRevisions;
  const values = renderAudit(revisions, { release: c.get("release"), limit, above });
  const last = revisions.at(-1);
  if (isWhole || !last) return { values };
  const rest = { limit: page.limit - limit, marker: last.revision + 1 };
  return { values, next: () => readPage(c, rest) };
}

/**
 * Checks that the account may see an image's history: its owner and operators may, of a destroyed image too. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; ResourceNotFound when the image is hidden
 * or does not exist; NotImageOwner
 */
export function assertAuditable(history: Omit<ImageHistory, "revisions" | "isWhole">, account: string): void {
  assertAuthority(history);
  const { isOperator, image } = history;
  if (image !== null && (image.owner === account || isOperator)) return;
  requireVisible(image, account);
  throw makeNotOwner("only the owner of an image, and operators, may see its history");
}
