import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { listKeys as readKeys } from "../db/list-keys.ts";
import { answerPages, type Page } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";

/** ListKeys, by name. docs/contract.md#keys */
export const listKeys = createFactory<AppEnv, "/:login/keys">().createHandlers(named("ListKeys"), async (c) =>
  answerPages(c, await readPage(c, "")),
);

/** Reads the page of keys after a name, and the way to the next. */
async function readPage(c: Context<AppEnv>, after: string): Promise<Page> {
  const listed = await asCaller(c, (db, caller) => readKeys(db, caller, after));
  assertAuthority(listed);
  const last = listed.keys.at(-1);
  if (listed.isLast || !last) return { values: listed.keys };
  return { values: listed.keys, next: () => readPage(c, last.name) };
}
