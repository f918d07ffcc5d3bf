import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { type ImageHistory, maxPageBytes, type RevisionRow, readHistory } from "../db/image-audit.ts";
import { CloudApiError } from "../errors.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readQuery } from "../http/parameters.ts";
import { readAuditPage, renderAudit } from "./audit-entries.ts";
import { makeNotOwner } from "./judge-write.ts";
import { requireVisible } from "./visibility.ts";

/** ImageAudit: who changed what and when, the newest first; for the owner and operators. docs/contract.md#audit */
export const imageAudit = createFactory<AppEnv, "/:login/images/:id/audit">().createHandlers(
  named("ImageAudit"),
  async (c) => {
    const page = readAuditPage(readQuery(c));
    // 0 is no bound: every revision is above one that is as far below.
    const keepRevisions = readConfiguration(c.env).historyRevisions || Number.MAX_SAFE_INTEGER;
    const history = await asCaller(c, (db, caller) =>
      readHistory(db, { image: requireSet(c, "image"), caller, page, keepRevisions }),
    );
    const revisions = judgeAudit(history, requireSet(c, "caller").account);
    const above = (history.image?.revision ?? 0) - keepRevisions;
    return answerJson(c, renderAudit(revisions, { release: c.get("release"), limit: page.limit, above }));
  },
);

/**
 * Judges a page of an image's history: its owner and operators may see it, of a destroyed image too. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; ResourceNotFound when the image is hidden
 * or does not exist; NotImageOwner; InvalidArgument when the page is larger than an answer may be
 */
export function judgeAudit(history: ImageHistory, account: string): RevisionRow[] {
  assertAuthority(history);
  const { isOperator, image, pageBytes, revisions } = history;
  const isAllowed = image !== null && (image.owner === account || isOperator);
  if (!isAllowed) {
    requireVisible(image, account);
    throw makeNotOwner("only the owner of an image, and operators, may see its history");
  }
  if (pageBytes > maxPageBytes) {
    throw new CloudApiError(
      "InvalidArgument",
      `this page of the audit takes ${pageBytes} bytes, and the most is ${maxPageBytes}; ask for a smaller limit`,
    );
  }
  return revisions;
}
