import { createFactory } from "hono/factory";
import { asCaller } from "../auth/as-caller.ts";
import { assertAuthority } from "../auth/authority.ts";
import type { AppEnv } from "../context.ts";
import { type CreateKeyOutcome, createKey as writeKey } from "../db/create-key.ts";
import { CloudApiError, show } from "../errors.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readParameters } from "../http/parameters.ts";
import { readNewKey } from "./new-key.ts";

/** CreateKey: from now on the key may sign. docs/contract.md#keys */
export const createKey = createFactory<AppEnv, "/:login/keys">().createHandlers(named("CreateKey"), async (c) => {
  const key = await readNewKey(await readParameters(c));
  const outcome = await asCaller(c, (db, caller) => writeKey(db, { key, caller }));
  assertCreated(outcome, key.name);
  const { fingerprintSha256: _, ...answered } = key;
  const [login, fingerprint] = [outcome.login ?? c.req.param("login"), key.fingerprint].map(encodeURIComponent);
  return answerJson(c, answered, { status: 201, headers: { Location: `/${login}/keys/${fingerprint}` } });
});

/**
 * Checks that the key was registered. Pure.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the account has the
 * name, or the key, already
 */
export function assertCreated(outcome: CreateKeyOutcome, name: string): void {
  assertAuthority(outcome);
  const { isCreated, holder } = outcome;
  if (isCreated) return;
  throw new CloudApiError(
    "InvalidArgument",
    holder === name ? `a key named ${show(name)} exists already` : `the key exists already, named ${show(holder)}`,
  );
}
