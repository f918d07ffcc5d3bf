import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";
import { readParameters } from "../http/parameters.ts";
import { type CreateKeyOutcome, createKey as writeKey } from "./create-key.sql.ts";
import { readNewKey } from "./rules/new-key.ts";

/** CreateKey: from now on the key may sign. docs/contract.md#keys */
export const createKey = createFactory<AppEnv, "/:login/keys">().createHandlers(named("CreateKey"), async (c) => {
  const { maxKeys, maxKeyComment } = readConfiguration(c.env);
  const key = await readNewKey(await readParameters(c), maxKeyComment);
  const outcome = await asCaller(c, (db, caller) => writeKey(db, { key, caller, maxKeys }));
  assertCreated(outcome, { name: key.name, maxKeys });
  const { fingerprintSha256: _, ...answered } = key;
  const [login, fingerprint] = [outcome.login ?? c.req.param("login"), key.fingerprint].map(encodeURIComponent);
  return answerJson(c, answered, { status: 201, headers: { Location: `/${login}/keys/${fingerprint}` } });
});

/**
 * Checks that the key was registered.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the account has the
 * name, or the key, already; QuotaExceeded when it has as many keys as it may have
 */
function assertCreated(outcome: CreateKeyOutcome, { name, maxKeys }: { name: string; maxKeys: number }): void {
  assertAuthority(outcome);
  const { isCreated, isFull, holder } = outcome;
  if (isCreated) return;
  if (holder === null && isFull) {
    throw new CloudApiError(
      "QuotaExceeded",
      `the account has ${maxKeys} keys, the most that it may have; delete one first`,
    );
  }
  throw new CloudApiError(
    "InvalidArgument",
    holder === name ? `a key named ${show(name)} exists already` : `the key exists already, named ${show(holder)}`,
  );
}
