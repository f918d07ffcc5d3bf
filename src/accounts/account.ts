import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { answerJson } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { noteIgnored, readParameters, refuseDryRun } from "../http/parameters.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { updatableAccountFields } from "../tables.ts";
import { readAccount, writeAccount } from "./account.sql.ts";
import { readAccountPatch, renderAccount, requireFound } from "./rules/account.ts";

/** GetAccount. docs/contract.md#account */
export const getAccount = handlersOf<"/:login">()(named("GetAccount"), async (c) => {
  const found = await asCaller(c, readAccount);
  assertAuthority(found);
  return answerJson(c, renderAccount(requireFound(found.account, c.req.param("login"))));
});

/** UpdateAccount, by the account itself or an operator. docs/contract.md#account */
export const updateAccount = handlersOf<"/:login">()(named("UpdateAccount"), refuseDryRun, async (c) => {
  const parameters = await readParameters(c);
  noteIgnored(c, parameters, updatableAccountFields);
  const patch = readAccountPatch(parameters);
  const outcome = await asCaller(c, (db, caller) => writeAccount(db, caller, patch));
  assertAuthority(outcome);
  return answerJson(c, renderAccount(requireFound(outcome.account, c.req.param("login"))));
});

/** ListDatacenters: this one, under its configured name. `triton datacenters` and `triton image copy` read it. */
export const listDatacenters = handlersOf<"/:login/datacenters">()(named("ListDatacenters"), (c) =>
  answerJson(c, { [readConfiguration(c.env).datacenterName]: new URL(c.req.raw.url).origin }),
);
