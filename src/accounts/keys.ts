import type { Context } from "hono";
import { asCaller } from "../caller/as-caller.ts";
import { checkLimits } from "../caller/scope.ts";
import type { Caller } from "../caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import type { Database } from "../db/client.ts";
import { CloudApiError, show } from "../errors.ts";
import { answerJson, answerNoContent, answerPages, type Pages } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { noteIgnored, readParameters, readQuery, readQueryLeniently, refuseDryRun } from "../http/parameters.ts";
import { assertCovered, assertWithin, isLimited, type KeyLimits, showLimits } from "../scope.ts";
import { readKeyReference } from "../signature/public-key.ts";
import { assertAuthority } from "../signature/refusals.ts";
import { isFormType } from "../syntax/body-parameters.ts";
import { listRepeatedNames } from "../syntax/repeated-names.ts";
import {
  type CreateKeyOutcome,
  type DeleteKeyOutcome,
  type KeyRow,
  readKey,
  readKeys,
  removeKey,
  writeKey,
} from "./keys.sql.ts";
import { requireFound } from "./rules/account.ts";
import { readKeyLimits } from "./rules/key-limits.ts";
import { readNewKey } from "./rules/new-key.ts";

/** ListKeys, by name. docs/contract.md#keys */
export const listKeys = handlersOf<"/:login/keys">()(named("ListKeys"), (c) => answerPages(c, readPages(c)));

async function* readPages(c: Context<AppEnv>): Pages {
  for (let after = ""; ; ) {
    const name = after;
    const listed = await asCaller(c, (db, caller) => readKeys(db, caller, name));
    assertAuthority(listed);
    const shown = listed.keys.map(showKey);
    if (listed.isLast) return shown;
    yield shown;
    after = listed.keys.at(-1)?.name ?? "";
  }
}

/** A key as CloudAPI shows it, with the limits that it has (ours). */
const showKey = ({ name, fingerprint, key, ...limits }: KeyRow) => ({ name, fingerprint, key, ...showLimits(limits) });

const isOwn = (caller: Caller, key: KeyRow | null): boolean => key?.fingerprintSha256 === caller.fingerprintSha256;

/**
 * Checks that the caller's key may read or delete a key: itself always, others with the word `keys`. Deleting also takes that
 * the other can do no more.
 *
 * @throws {CloudApiError} NotAuthorized
 */
function assertMayTouch(caller: Caller, key: KeyRow | null, isDeletion: boolean): void {
  if (isOwn(caller, key)) return;
  assertCovered(caller, ["keys"]);
  if (key && isDeletion) assertWithin(key, caller);
}

/** GetKey, by name or fingerprint. The key that signs is told whether it may act as other accounts. docs/contract.md#keys */
export const getKey = handlersOf<"/:login/keys/:key">()(named("GetKey"), async (c) => {
  const key = readKeyReference(c.req.param("key"));
  const found = await asCaller(c, (db, caller) => readKey(db, { ...caller, key }));
  assertAuthority(found);
  const caller = requireSet(c, "caller");
  assertMayTouch(caller, found.key, false);
  const operator = found.isOperator && isOwn(caller, found.key);
  return answerJson(c, { ...showKey(requireFound(found.key, key)), ...(operator && { operator }) });
});

/** CreateKey: from now on the key may sign. docs/contract.md#keys */
export const createKey = handlersOf<"/:login/keys">()(named("CreateKey"), refuseDryRun, async (c) => {
  const { maxKeys, maxKeyComment } = readConfiguration(c.env);
  const parameters = await readParameters(c);
  noteIgnored(c, parameters, ["key", "name", "scope", "expires"]);
  const limits = readKeyLimits(parameters, readQuery(c), listRepeated(c));
  const isForm = requireSet(c, "body").length === 0 || isFormType(c.req.header("Content-Type"));
  const key = await readNewKey(parameters, { maxComment: maxKeyComment, isForm });
  await checkLimits(c, (own) => assertWithin(limits, own));
  const outcome = await asCaller(c, (db, caller) => writeKey(db, { key, limits, caller, maxKeys }));
  assertCreated(outcome, { name: key.name, maxKeys, limits });
  const [login, fingerprint] = [outcome.login ?? c.req.param("login"), key.fingerprint].map(encodeURIComponent);
  return answerJson(c, showKey({ ...key, ...limits }), {
    status: 201,
    headers: { Location: `/${login}/keys/${fingerprint}` },
  });
});

/** Lists the names that the body has more than once, if it is JSON: a form has an array of their values. */
const listRepeated = (c: Context<AppEnv>): string[] => {
  const body = requireSet(c, "body");
  const isJson = body.length > 0 && !isFormType(c.req.header("Content-Type"));
  return isJson ? listRepeatedNames(new TextDecoder().decode(body)) : [];
};

/**
 * Checks that the key was registered.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's authority is gone; InvalidArgument when the account has the
 * name, or the key, already, or its end is past; QuotaExceeded when the account has as many keys as it may
 */
function assertCreated(
  outcome: CreateKeyOutcome,
  { name, maxKeys, limits }: { name: string; maxKeys: number; limits: KeyLimits },
): void {
  assertAuthority(outcome);
  const { isCreated, isQuotaReached, holder } = outcome;
  if (isCreated) return;
  if (outcome.hasEnded) {
    throw new CloudApiError("InvalidArgument", `expires lies in the future; ${showLimits(limits).expires} was sent`);
  }
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

/** Deletes a key. One round trip; two for a caller whose key has limits. @throws {CloudApiError} NotAuthorized */
async function deleteAs(db: Database, caller: Caller, key: string): Promise<DeleteKeyOutcome> {
  if (!isLimited(caller)) return await removeKey(db, { ...caller, key, target: null });
  const { hasAuthority, key: target } = await readKey(db, { ...caller, key });
  if (!hasAuthority) return { hasAuthority, isDeleted: false };
  assertMayTouch(caller, target, true);
  if (target === null) return { hasAuthority, isDeleted: false };
  const outcome = await removeKey(db, { ...caller, key, target });
  // If nothing was deleted, the key has other limits by now, or is gone.
  return outcome.isDeleted || !outcome.hasAuthority ? outcome : await deleteAs(db, caller, key);
}

/** DeleteKey: from then on the key is refused. With `max-stale`, a replica that is behind may still answer reads signed with it. docs/contract.md#keys */
export const deleteKey = handlersOf<"/:login/keys/:key">()(named("DeleteKey"), refuseDryRun, async (c) => {
  noteIgnored(c, readQueryLeniently(c), []);
  const key = readKeyReference(c.req.param("key"));
  const outcome = await asCaller(c, (db, caller) => deleteAs(db, caller, key));
  assertAuthority(outcome);
  requireFound(outcome.isDeleted || null, key);
  return answerNoContent(c);
});
