import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { getKey as readKey } from "../db/get-key.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { requireFound } from "./require-found.ts";

/** GetKey, by name or fingerprint. docs/contract.md#keys */
export const getKey = createFactory<AppEnv, "/:login/keys/:key">().createHandlers(named("GetKey"), async (c) => {
  const key = c.req.param("key");
  const found = await asCaller(c, (db, caller) => readKey(db, { ...caller, key }));
  assertAuthority(found);
  return answerJson(c, requireFound(found.key, key));
});
