import type { Context, MiddlewareHandler } from "hono";
import { asCaller } from "../caller/as-caller.ts";
import type { Caller } from "../caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import type { Database } from "../db/client.ts";
import { computeSha } from "../digest.ts";
import { CloudApiError, show } from "../errors.ts";
import { isOverwriting, type WriteOperation } from "../operations.ts";
import { makeRoom } from "./account-history.sql.ts";
import type { WriteRequest } from "./rules/judge.ts";
import { parsePreconditions, toSqlPreconditions } from "./rules/preconditions.ts";
import type { Write, WriteOutcome } from "./write-outcome.sql.ts";

/**
 * Reads the image id of the path and the preconditions. A malformed id matches no row, so it is not validated.
 *
 * @throws {CloudApiError} InvalidHeader: If-Match or If-None-Match is malformed
 */
export const readImagePath: MiddlewareHandler<AppEnv, "/:login/images/:id"> = (c, next) => {
  c.set("imageId", c.req.param("id"));
  const sent = { ifMatch: c.req.header("If-Match"), ifNoneMatch: c.req.header("If-None-Match") };
  c.set("preconditions", parsePreconditions(sent, c.get("release")));
  return next();
};

/** Checks an Idempotency-Key. Null if none was sent. @throws {CloudApiError} InvalidHeader unless it is 1 to 255 visible characters */
function parseIdempotencyKey(sent: string | undefined): string | null {
  if (sent === undefined) return null;
  if (/^[\u0021-\u007e]{1,255}$/.test(sent)) return sent;
  throw new CloudApiError(
    "InvalidHeader",
    `Idempotency-Key is 1 to 255 visible ASCII characters; ${sent.length} were sent: ${show(sent)}`,
  );
}

const encoder = new TextEncoder();

const hash = (values: readonly unknown[]): Promise<string> =>
  computeSha("SHA-256", encoder.encode(JSON.stringify(values)));

/**
 * Runs a write as the caller. Returns its outcome, and the request for the rules to judge it by.
 *
 * With an Idempotency-Key, the write's id is a hash of account, image, operation and key: a second request with the key, for the
 * same operation on the same image, has the same id. Its `requestHash`, over operation, image, `requested` and If-Match, and no other
 * header, shows whether it asks for the same write. Without a key, only the tries of this HTTP request share an id.
 * docs/contract.md#idempotency
 *
 * @param requested what the request asks for, besides operation and image. It is hashed as JSON: the same request must give the same
 * JSON
 * @param run runs again if an unconfirmed caller had to be identified anew, and after room was made in the account's history
 * @throws {CloudApiError} InvalidHeader: the Idempotency-Key is malformed; as `asCaller`
 */
export async function runWrite<Outcome extends WriteOutcome>(
  c: Context<AppEnv>,
  { operation, requested }: { operation: WriteOperation; requested?: unknown },
  run: (db: Database, write: Write) => Promise<Outcome>,
): Promise<{ outcome: Outcome; request: WriteRequest }> {
  const key = parseIdempotencyKey(c.req.header("Idempotency-Key"));
  const {
    historyRevisions,
    historyBytes,
    accountHistoryBytes,
    accountImageBytes: maxImageBytes,
    isMatchRequired,
  } = readConfiguration(c.env);
  const imageId = requireSet(c, "imageId");
  const sent = requireSet(c, "preconditions");
  const preconditions = { ...sent, isMatchRequired: isMatchRequired && isOverwriting(operation) };
  const requestHash = key === null ? null : await hash([operation, imageId, requested, sent.ifMatch]);
  const httpRequestId = crypto.randomUUID();
  const isDryRun = c.get("isDryRun") ?? false;
  const makeWrite = async (caller: Caller): Promise<Write> => ({
    caller,
    operation,
    imageId,
    writeId: key === null ? httpRequestId : await hash([caller.account, imageId, operation, key]),
    requestHash,
    httpRequestId,
    requestId: c.get("requestId"),
    isDryRun,
    keepRevisions: historyRevisions,
    keepBytes: historyBytes,
    maxHistory: isDryRun ? 0 : accountHistoryBytes,
    maxImageBytes,
    ...toSqlPreconditions(preconditions),
  });
  const outcome = await asCaller(c, async (db, caller) => {
    const write = await makeWrite(caller);
    const first = await run(db, write);
    const needsRoom = first.differs || requestHash !== null;
    if (first.secondsUntilRoom === null || !needsRoom || write.isDryRun || !first.hasAuthority) return first;
    await makeRoom(db, caller.account);
    return await run(db, write);
  });
  const { account } = requireSet(c, "caller");
  return { outcome, request: { account, release: c.get("release"), preconditions, requestHash, maxImageBytes } };
}
