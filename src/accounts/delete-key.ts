import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { deleteKey as removeKey } from "../db/delete-key.ts";
import { answerNoContent } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { requireFound } from "./require-found.ts";

/** DeleteKey: a deleted key is refused from its next request on. docs/contract.md#keys */
export const deleteKey = createFactory<AppEnv, "/:login/keys/:key">().createHandlers(named("DeleteKey"), async (c) => {
  const key = c.req.param("key");
  const outcome = await asCaller(c, (db, caller) => removeKey(db, { ...caller, key }));
  assertAuthority(outcome);
  requireFound(outcome.isDeleted || null, key);
  return answerNoContent();
});
