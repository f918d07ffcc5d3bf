import type { Context } from "hono";
import type { Caller } from "../caller.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { type Database, databaseFor } from "../db/client.ts";
import { tryNear } from "./near.ts";
import { replaceCaller } from "./scope.ts";

/**
 * Runs an operation's statements as the caller: on the primary, or, for reads in `answerNear`, on a replica. If the primary finds that
 * an unconfirmed caller has no authority, it identifies the caller anew and, if that succeeds, runs the statements again.
 *
 * @param run runs the statements. Its result says whether the caller had authority
 * @throws {CloudApiError} as `identifyCaller`; NotAuthorized: its key has another scope by now
 */
export async function asCaller<Outcome extends { hasAuthority: boolean }>(
  c: Context<AppEnv>,
  run: (db: Database, caller: Caller) => Promise<Outcome>,
): Promise<Outcome> {
  const first = requireSet(c, "caller");
  const near = await tryNear(c, async (db) => {
    const outcome = await run(db, first);
    if (!outcome.hasAuthority) throw new Error("the replica has no authority of this caller");
    return outcome;
  });
  if (near) return near;
  const db = databaseFor(c.env.DB, c.get("meter"));
  const outcome = await run(db, first);
  if (outcome.hasAuthority || !c.get("isCallerUnconfirmed")) return outcome;
  return await run(db, await replaceCaller(c));
}
