import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { listKeys as readKeys } from "../db/list-keys.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";

/** ListKeys, by name. docs/contract.md#keys */
export const listKeys = createFactory<AppEnv, "/:login/keys">().createHandlers(named("ListKeys"), async (c) => {
  const listed = await asCaller(c, readKeys);
  assertAuthority(listed);
  return answerJson(c, listed.keys);
});
