import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import type { AppEnv } from "../context.ts";
import { answerNoContent } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { deleteKey as removeKey } from "./delete-key.sql.ts";
import { requireFound } from "./rules/require-found.ts";

/** DeleteKey: a deleted key is refused from its next request on. docs/contract.md#keys */
export const deleteKey = createFactory<AppEnv, "/:login/keys/:key">().createHandlers(named("DeleteKey"), async (c) => {
  const key = c.req.param("key");
  const outcome = await asCaller(c, (db, caller) => removeKey(db, { ...caller, key }));
  assertAuthority(outcome);
  requireFound(outcome.isDeleted || null, key);
  return answerNoContent();
});
