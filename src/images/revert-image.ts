import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { readDryRun } from "../http/dry-run.ts";
import { noteIgnored } from "../http/ignored-parameters.ts";
import { named } from "../http/named-operation.ts";
import { readParameters } from "../http/parameters.ts";
import type { Parameters } from "../syntax/form.ts";
import { showValue } from "../text.ts";
import { answerWritten } from "./answer-image.ts";
import { findKeepRevisions, makeUnknownRevision, parseRevision } from "./get-revision.ts";
import { type RevertOutcome, revertImage as writeRevert } from "./revert-image.sql.ts";
import { judgeOwn, type WriteRequest, type Written } from "./rules/judge-write.ts";
import { readWriteIntent } from "./write-intent.ts";

/** RevertImage: the updatable fields become those of an earlier revision, the acl only where it is asked for. docs/contract.md#revertimage */
export const revertImage = createFactory<AppEnv, "/:login/images/:id">().createHandlers(
  named("RevertImage"),
  readDryRun(readParameters),
  async (c) => {
    const parameters = await readParameters(c);
    noteIgnored(c, parameters, ["revision", "acl"]);
    const { sent, withAcl } = readRevert(parameters);
    const revert = { of: parseRevision(sent), keepRevisions: findKeepRevisions(c), withAcl };
    const intent = await readWriteIntent(c, "RevertImage", [revert.of, withAcl]);
    const outcome = await asCaller(c, async (db, caller) => writeRevert(db, await intent.by(caller), revert));
    const { account } = requireSet(c, "caller");
    return answerWritten(c, judgeRevert(outcome, { account, intent, release: c.get("release") }, sent));
  },
);

/** @throws {CloudApiError} MissingParameter without a revision; InvalidArgument on an `acl` that is neither true nor false */
function readRevert({ revision, acl = "false" }: Parameters): { sent: unknown; withAcl: boolean } {
  if (revision === undefined || revision === null || revision === "") {
    throw new CloudApiError("MissingParameter", "revision is a required argument");
  }
  const flag = typeof acl === "boolean" ? String(acl) : acl;
  if (flag === "true" || flag === "false") return { sent: revision, withAcl: flag === "true" };
  throw new CloudApiError("InvalidArgument", `acl is true or false here; ${showValue(acl)} was sent`);
}

/**
 * Judges the outcome of a revert. Pure.
 *
 * @param sent the revision as it was sent
 * @throws {CloudApiError} as `judgeOwn`; InvalidArgument when the revision is not kept, which names the oldest that is
 */
export const judgeRevert = (outcome: RevertOutcome, request: WriteRequest, sent: unknown): Written =>
  judgeOwn(outcome, request, {
    assertAllowed: ({ revision: newest }) => {
      if (!outcome.isKept) throw makeUnknownRevision(sent, { oldest: outcome.oldest, newest });
    },
    isChange: () => outcome.isChange,
  });
