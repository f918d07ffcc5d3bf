import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { getAccount as readAccount } from "../db/get-account.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { renderAccount } from "./account-json.ts";
import { requireFound } from "./require-found.ts";

/** GetAccount. docs/contract.md#account */
export const getAccount = createFactory<AppEnv, "/:login">().createHandlers(named("GetAccount"), async (c) => {
  const found = await asCaller(c, readAccount);
  assertAuthority(found);
  return answerJson(c, renderAccount(requireFound(found.account, c.req.param("login"))));
});
