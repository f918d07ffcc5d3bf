import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import type { AppEnv } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { getKey as readKey } from "./get-key.sql.ts";
import { requireFound } from "./rules/require-found.ts";

/** GetKey, by name or fingerprint. docs/contract.md#keys */
export const getKey = createFactory<AppEnv, "/:login/keys/:key">().createHandlers(named("GetKey"), async (c) => {
  const key = c.req.param("key");
  const found = await asCaller(c, (db, caller) => readKey(db, { ...caller, key }));
  assertAuthority(found);
  return answerJson(c, requireFound(found.key, key));
});
