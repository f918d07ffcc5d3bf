import type { Context } from "hono";
import { createFactory } from "hono/factory";
import { asCaller } from "../caller/as-caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { answerJson, answerNoContent, answerPages, type Pages } from "../http/answer.ts";
import { named } from "../http/operation.ts";
import { noteIgnored, readParameters, readQueryLeniently, refuseDryRun } from "../http/parameters.ts";
import { readKeyReference } from "../signature/public-key.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { isFormType } from "../syntax/body-parameters.ts";
import { type CreateKeyOutcome, readKey, readKeys, removeKey, writeKey } from "./keys.sql.ts";
import { requireFound } from "./rules/account.ts";
import { readNewKey } from "./rules/new-key.ts";

/** ListKeys, by name. docs/contract.md#keys */
export const listKeys = createFactory<AppEnv, "/:login/keys">().createHandlers(named("ListKeys"), (c) =>
  answerPages(c, readPages(c)),
);

async function* readPages(c: Context<AppEnv>): Pages {
  for (let after = ""; ; ) {
    const name = after;
    const listed = await asCaller(c, (db, caller) => readKeys(db, caller, name));
    assertAuthority(listed);
    if (listed.isLast) return listed.keys;
    yield listed.keys;
    after = listed.keys.at(-1)?.name ?? "";
  }
}

/** GetKey, by name or fingerprint. docs/contract.md#keys */
export const getKey = createFactory<AppEnv, "/:login/keys/:key">().createHandlers(named("GetKey"), async (c) => {
  const key = readKeyReference(c.req.param("key"));
  const found = await asCaller(c, (db, caller) => readKey(db, { ...caller, key }));
  assertAuthority(found);
  return answerJson(c, requireFound(found.key, key));
});

/** CreateKey: from now on the key may sign. docs/contract.md#keys */
export const createKey = createFactory<AppEnv, "/:login/keys">().createHandlers(
  named("CreateKey"),
  refuseDryRun,
  async (c) => {
    const { maxKeys, maxKeyComment } = readConfiguration(c.env);
    const parameters = await readParameters(c);
    noteIgnored(c, parameters, ["key", "name"]);
    const isForm = requireSet(c, "body").length === 0 || isFormType(c.req.header("Content-Type"));
    const key = await readNewKey(parameters, { maxComment: maxKeyComment, isForm });
    const outcome = await asCaller(c, (db, caller) => writeKey(db, { key, caller, maxKeys }));
    assertCreated(outcome, { name: key.name, maxKeys });
    const { fingerprintSha256: _, ...shown } = key;
    const [login, fingerprint] = [outcome.login ?? c.req.param("login"), key.fingerprint].map(encodeURIComponent);
    return answerJson(c, shown, { status: 201, headers: { Location: `/${login}/keys/${fingerprint}` } });
  },
);

/**
 * Checks that the key was registered.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the account has the
 * name, or the key, already; QuotaExceeded when the account has as many keys as it may
 */
function assertCreated(outcome: CreateKeyOutcome, { name, maxKeys }: { name: string; maxKeys: number }): void {
  assertAuthority(outcome);
  const { isCreated, isQuotaReached, holder } = outcome;
  if (isCreated) return;
  if (holder === null && isQuotaReached) {
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

/** DeleteKey: the next request that the key signs is refused. docs/contract.md#keys */
export const deleteKey = createFactory<AppEnv, "/:login/keys/:key">().createHandlers(
  named("DeleteKey"),
  refuseDryRun,
  async (c) => {
    noteIgnored(c, readQueryLeniently(c), []);
    const key = readKeyReference(c.req.param("key"));
    const outcome = await asCaller(c, (db, caller) => removeKey(db, { ...caller, key }));
    assertAuthority(outcome);
    requireFound(outcome.isDeleted || null, key);
    return answerNoContent(c);
  },
);
