import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { readDryRun } from "../http/dry-run.ts";
import { named } from "../http/named-operation.ts";
import { validate } from "../http/validate.ts";
import { addAclAccounts, type Grants } from "./add-acl.sql.ts";
import { answerWritten } from "./answer-image.ts";
import { readGrants } from "./grants.ts";
import { describeTooMany, findMaxAcl, makeGrantsSchema, parseAcl } from "./rules/acl.ts";
import { judgeOwn, type WriteRequest, type Written } from "./rules/judge-write.ts";
import { readWriteIntent } from "./write-intent.ts";
import type { WriteOutcome } from "./write-outcome.sql.ts";

/** AddImageAcl: shares an image with more accounts, whoever else shares it meanwhile. docs/contract.md#grants */
export const addImageAcl = createFactory<AppEnv, "/:login/images/:id/acl">().createHandlers(
  named("AddImageAcl"),
  readDryRun(readGrants),
  validate("image", makeGrantsSchema, readGrants),
  async (c) => {
    const grants = { accounts: c.req.valid("query").acl, maxAcl: findMaxAcl(readConfiguration(c.env).maxAcl) };
    const intent = await readWriteIntent(c, "AddImageAcl", grants.accounts);
    const outcome = await asCaller(c, async (db, caller) => addAclAccounts(db, await intent.by(caller), grants));
    const { account } = requireSet(c, "caller");
    return answerWritten(c, judgeAddition(outcome, { account, intent, release: c.get("release") }, grants));
  },
);

/**
 * Judges the outcome of an AddImageAcl. Pure.
 *
 * @throws {CloudApiError} as `judgeOwn`; ValidationFailed when the whole set would be too large
 */
export function judgeAddition(outcome: WriteOutcome, request: WriteRequest, { accounts, maxAcl }: Grants): Written {
  return judgeOwn(outcome, request, {
    assertAllowed: ({ acl }) => assertNotTooMany(new Set([...parseAcl(acl), ...accounts]).size, { acl, maxAcl }),
    isChange: ({ acl }) => hasNew(accounts, parseAcl(acl)),
  });
}

const hasNew = (accounts: readonly string[], stored: readonly string[]): boolean => {
  const known = new Set(stored);
  return accounts.some((account) => !known.has(account));
};

/** A set that is larger already, as a provisioned one may be, stays as it is. */
function assertNotTooMany(size: number, { acl, maxAcl }: { acl: string | null; maxAcl: number }): void {
  if (size <= maxAcl || size === parseAcl(acl).length) return;
  const message = describeTooMany(maxAcl, size, "would be in it");
  throw new CloudApiError("ValidationFailed", "invalid image data: acl", {
    errors: [{ field: "acl", code: "Invalid", message }],
  });
}
