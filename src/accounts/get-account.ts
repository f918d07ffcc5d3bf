import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import type { AppEnv } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { getAccount as readAccount } from "./get-account.sql.ts";
import { renderAccount } from "./rules/account-json.ts";
import { requireFound } from "./rules/require-found.ts";

/** GetAccount. docs/contract.md#account */
export const getAccount = createFactory<AppEnv, "/:login">().createHandlers(named("GetAccount"), async (c) => {
  const found = await asCaller(c, readAccount);
  assertAuthority(found);
  return answerJson(c, renderAccount(requireFound(found.account, c.req.param("login"))));
});
