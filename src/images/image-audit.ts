import { asCaller } from "../caller/as-caller.ts";
import { answerNear } from "../caller/near.ts";
import { requireSet } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readQuery } from "../http/parameters.ts";
import { findKeepRevisions } from "./get-image.ts";
import { readHistory } from "./image-audit.sql.ts";
import { assertAuditable, readAuditPage, renderAudit } from "./rules/audit.ts";

/** ImageAudit: who changed what and when, newest first, for the owner and operators. docs/contract.md#audit */
export const imageAudit = handlersOf<"/:login/images/:id/audit">()(named("ImageAudit"), (c) => {
  const page = readAuditPage(readQuery(c));
  const values = { imageId: requireSet(c, "imageId"), page, keepRevisions: findKeepRevisions(c) };
  return answerNear(c, async () => {
    const history = await asCaller(c, (db, caller) => readHistory(db, { ...values, caller }));
    assertAuditable(history, requireSet(c, "caller").account);
    const { entries, nextMarker } = renderAudit(history, { release: c.get("release"), limit: page.limit });
    const headers = nextMarker === null ? {} : { "Next-Marker": String(nextMarker) };
    return await answerJson(c, entries, { headers });
  });
});
