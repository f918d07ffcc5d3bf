import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import type { AppEnv } from "../context.ts";
import { answerPages } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { type ListedKeys, listKeys as readKeys } from "./list-keys.sql.ts";

/** ListKeys, by name. docs/contract.md#keys */
export const listKeys = createFactory<AppEnv, "/:login/keys">().createHandlers(named("ListKeys"), (c) =>
  answerPages(c, readPages(c)),
);

/** The keys in pages. */
async function* readPages(c: Context<AppEnv>): AsyncGenerator<readonly unknown[]> {
  for (let after: string | undefined = ""; after !== undefined; ) {
    const name: string = after;
    const listed: ListedKeys = await asCaller(c, (db, caller) => readKeys(db, caller, name));
    assertAuthority(listed);
    yield listed.keys;
    after = listed.isLast ? undefined : listed.keys.at(-1)?.name;
  }
}
