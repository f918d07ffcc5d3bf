import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerPages, type Pages } from "../http/answer.ts";
import { named } from "../http/operation.ts";
import { readQuery } from "../http/parameters.ts";
import { findKeepRevisions } from "./get-image.ts";
import { type AuditPage, readHistory } from "./image-audit.sql.ts";
import { assertAuditable, readAuditPage, renderAudit } from "./rules/audit.ts";

/** ImageAudit: who changed what and when, newest first, for the owner and operators. docs/contract.md#audit */
export const imageAudit = createFactory<AppEnv, "/:login/images/:id/audit">().createHandlers(named("ImageAudit"), (c) =>
  answerPages(c, renderPages(c, readAuditPage(readQuery(c)))),
);

/** Renders the audit in pages of a few megabytes. */
async function* renderPages(c: Context<AppEnv>, page: AuditPage): Pages {
  const keepRevisions = findKeepRevisions(c);
  const imageId = requireSet(c, "imageId");
  let { limit, marker } = page;
  for (;;) {
    const rest = { limit, marker };
    const history = await asCaller(c, (db, caller) => readHistory(db, { imageId, caller, page: rest, keepRevisions }));
    assertAuditable(history, requireSet(c, "caller").account);
    const { revisions, isWhole } = history;
    // If more follows, the last row is only compared with the one above it. The next page begins with it.
    const rendered = isWhole ? limit : revisions.length - 1;
    const above = (history.image?.revision ?? 0) - keepRevisions;
    const entries = renderAudit(revisions, { release: c.get("release"), limit: rendered, above });
    if (isWhole) return entries;
    yield entries;
    limit -= rendered;
    marker = (revisions.at(-1)?.revision ?? 0) + 1;
  }
}
