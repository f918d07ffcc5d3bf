import { checkLimits } from "../caller/scope.ts";
import { requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readDryRun, readParameters } from "../http/parameters.ts";
import { assertCovered } from "../scope.ts";
import type { RequestParameters } from "../syntax/form.ts";
import { makeNotAllowed, parseBoolean } from "../text.ts";
import { answerWritten } from "./answer-image.ts";
import { findKeepRevisions } from "./get-image.ts";
import { runWrite } from "./image-request.ts";
import { writeRevert } from "./revert-image.sql.ts";
import { parseRevision } from "./rules/audit.ts";
import { judgeRevert } from "./rules/operation-judges.ts";

/** RevertImage: sets the updatable fields to an earlier revision's; the acl only on request. docs/contract.md#revertimage */
export const revertImage = handlersOf<"/:login/images/:id">()(
  named("RevertImage"),
  readDryRun(readParameters, ["revision", "acl"]),
  async (c) => {
    const { sent, withAcl } = readRevert(await readParameters(c));
    const revert = { revision: parseRevision(sent), keepRevisions: findKeepRevisions(c), withAcl };
    await checkLimits(c, (limits) => {
      if (withAcl) assertCovered(limits, ["images:share@path"], requireSet(c, "imageId"));
    });
    const requested = [revert.revision, withAcl];
    const { outcome, request } = await runWrite(c, { operation: "RevertImage", requested }, (db, write) =>
      writeRevert(db, write, revert),
    );
    return answerWritten(c, judgeRevert(outcome, request, sent));
  },
);

/** @throws {CloudApiError} MissingParameter without a revision; InvalidArgument: `acl` is neither true nor false */
function readRevert({ revision, acl = false }: RequestParameters): { sent: unknown; withAcl: boolean } {
  if (revision === undefined || revision === null || revision === "") {
    throw new CloudApiError("MissingParameter", "revision is a required argument");
  }
  const withAcl = parseBoolean(acl);
  if (withAcl !== undefined) return { sent: revision, withAcl };
  throw makeNotAllowed("acl is true or false here", acl);
}
