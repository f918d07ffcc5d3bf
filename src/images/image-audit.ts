import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerPages } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { type AuditPage, type ImageHistory, readHistory } from "./image-audit.sql.ts";
import { readAuditPage, renderAudit } from "./rules/audit-entries.ts";
import { makeNotOwner } from "./rules/judge-write.ts";
import { requireVisible } from "./rules/visibility.ts";

/** ImageAudit: who changed what and when, the newest first; for the owner and operators. docs/contract.md#audit */
export const imageAudit = createFactory<AppEnv, "/:login/images/:id/audit">().createHandlers(named("ImageAudit"), (c) =>
  answerPages(c, renderPages(c, readAuditPage(readQuery(c)))),
);

/** The audit in pages of a few megabytes. */
async function* renderPages(c: Context<AppEnv>, page: AuditPage): AsyncGenerator<readonly unknown[]> {
  // 0 is no bound: every revision is above one that is as far below.
  const keepRevisions = readConfiguration(c.env).historyRevisions || Number.MAX_SAFE_INTEGER;
  const image = requireSet(c, "image");
  let { limit, marker } = page;
  for (let isWhole = false; !isWhole; ) {
    const rest = { limit, marker };
    const history = await asCaller(c, (db, caller) => readHistory(db, { image, caller, page: rest, keepRevisions }));
    assertAuditable(history, requireSet(c, "caller").account);
    const { revisions } = history;
    isWhole = history.isWhole;
    // The last row of a page that is not whole shows what the one above it changed, and begins the next page.
    const rendered = isWhole ? limit : revisions.length - 1;
    const above = (history.image?.revision ?? 0) - keepRevisions;
    yield renderAudit(revisions, { release: c.get("release"), limit: rendered, above });
    limit -= rendered;
    marker = (revisions.at(-1)?.revision ?? 0) + 1;
  }
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
