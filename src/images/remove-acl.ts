import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { answerNoContent } from "../http/answer.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { validate } from "../http/validate.ts";
import { answerWritten, makeReplayedHeader } from "./answer-image.ts";
import { readGrants } from "./grants.ts";
import { removeAclAccounts } from "./remove-acl.sql.ts";
import { makeGrantsSchema, parseAcl } from "./rules/acl.ts";
import {
  findApplied,
  judgeOwn,
  makeNotOwner,
  makeUnexplained,
  type WriteRequest,
  type Written,
} from "./rules/judge-write.ts";
import { assertWritable } from "./rules/preconditions.ts";
import { requireVisible } from "./rules/visibility.ts";
import { readWriteIntent } from "./write-intent.ts";
import type { WriteOutcome } from "./write-outcome.sql.ts";

/** RemoveImageAcl by the owner; by an account that the image is shared with, LeaveImage. docs/contract.md#grants */
export const removeImageAcl = createFactory<AppEnv, "/:login/images/:id/acl">().createHandlers(
  named("RemoveImageAcl"),
  readDryRun(readGrants),
  validate("image", makeGrantsSchema, readGrants),
  async (c) => {
    const { acl: accounts } = c.req.valid("query");
    const intent = await readWriteIntent(c, "RemoveImageAcl", accounts);
    const outcome = await asCaller(c, async (db, caller) => removeAclAccounts(db, await intent.by(caller), accounts));
    const { account } = requireSet(c, "caller");
    const written = judgeRemoval(outcome, { account, intent, release: c.get("release") }, accounts);
    if (written.image.owner === account) return answerWritten(c, written);
    c.set("operation", "LeaveImage");
    return answerNoContent(makeReplayedHeader(written));
  },
);

/**
 * Judges the outcome of a RemoveImageAcl. Pure.
 *
 * @throws {CloudApiError} as `judgeOwn`; NotImageOwner when it names others than the account itself, and the image is
 * another's
 */
export function judgeRemoval(outcome: WriteOutcome, request: WriteRequest, accounts: readonly string[]): Written {
  const { account, intent, release } = request;
  const isOthers = outcome.image !== null && outcome.image.owner !== account;
  if (outcome.applied || !isOthers) {
    const removed = new Set(accounts);
    return judgeOwn(outcome, request, { isChange: ({ acl }) => parseAcl(acl).some((one) => removed.has(one)) });
  }
  findApplied(outcome, intent);
  const image = requireVisible(outcome.image, account);
  if (accounts.length !== 1 || accounts[0] !== account) {
    throw makeNotOwner(
      "only the owner of an image may remove other accounts from its acl; you may remove your own alone",
    );
  }
  assertWritable(intent.preconditions, { revision: image.revision, release });
  if (image.isShared) throw makeUnexplained(image);
  return { image, changedFields: [], isReplayed: false };
}
