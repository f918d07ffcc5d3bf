import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { updateAccount as writeAccount } from "../db/update-account.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readParameters } from "../http/parameters.ts";
import { readAccountPatch } from "./account-fields.ts";
import { renderAccount } from "./account-json.ts";
import { requireFound } from "./require-found.ts";

/** UpdateAccount, by the account itself or an operator. docs/contract.md#account */
export const updateAccount = createFactory<AppEnv, "/:login">().createHandlers(named("UpdateAccount"), async (c) => {
  const patch = readAccountPatch(await readParameters(c));
  const outcome = await asCaller(c, (db, caller) => writeAccount(db, caller, patch));
  assertAuthority(outcome);
  return answerJson(c, renderAccount(requireFound(outcome.account, c.req.param("login"))));
});
