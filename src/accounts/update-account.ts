import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import type { AppEnv } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readParameters } from "../http/parameters.ts";
import { readAccountPatch } from "./rules/account-fields.ts";
import { renderAccount } from "./rules/account-json.ts";
import { requireFound } from "./rules/require-found.ts";
import { updateAccount as writeAccount } from "./update-account.sql.ts";

/** UpdateAccount, by the account itself or an operator. docs/contract.md#account */
export const updateAccount = createFactory<AppEnv, "/:login">().createHandlers(named("UpdateAccount"), async (c) => {
  const patch = readAccountPatch(await readParameters(c));
  const outcome = await asCaller(c, (db, caller) => writeAccount(db, caller, patch));
  assertAuthority(outcome);
  return answerJson(c, renderAccount(requireFound(outcome.account, c.req.param("login"))));
});
