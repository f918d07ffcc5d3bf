import type { Context } from "hono";
import type { Caller } from "../caller.ts";
import { readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { computeSha256 } from "../digest.ts";
import { parseIdempotencyKey } from "../http/idempotency-key.ts";
import { type ImageWrite, isOverwriting } from "../operations.ts";
import { toRevisionLimits, type WritePreconditions } from "./rules/preconditions.ts";
import type { Write } from "./write-record.sql.ts";

/** What a request to write an image asks for. `by` completes it with the caller, who may change when a cache is stale. */
export type WriteIntent = {
  preconditions: WritePreconditions;
  /** SHA-256 of what the request asks for; null without an Idempotency-Key. */
  requestHash: string | null;
  by: (caller: Caller) => Promise<Write>;
};

const encoder = new TextEncoder();

/** SHA-256 of values that have one JSON text, in base64. */
const hash = (values: readonly unknown[]): Promise<string> => computeSha256(encoder.encode(JSON.stringify(values)));

/**
 * Reads what a request to write an image asks for. No I/O.
 *
 * With an Idempotency-Key the write's id is a hash of account, image, operation and key, and `requestHash` shows whether a
 * second request asks for the same: transport headers, as Date and signature, are not in it. Without one, only the
 * retries of this request share an id. docs/contract.md#idempotency
 *
 * @param asks what the request asks for beyond its operation: values that have one JSON text
 * @throws {CloudApiError} InvalidHeader: the Idempotency-Key is malformed
 */
export async function readWriteIntent(c: Context<AppEnv>, operation: ImageWrite, asks?: unknown): Promise<WriteIntent> {
  const key = parseIdempotencyKey(c.req.header("Idempotency-Key"));
  const { historyRevisions, historyBytes, isMatchRequired } = readConfiguration(c.env);
  const image = requireSet(c, "image");
  const requestId = c.get("requestId");
  const sent = requireSet(c, "preconditions");
  const preconditions = { ...sent, isMatchRequired: isMatchRequired && isOverwriting(operation) };
  const requestHash = key === null ? null : await hash([operation, image, asks, sent.ifMatch]);
  const attemptId = crypto.randomUUID();
  const by = async (caller: Caller): Promise<Write> => ({
    caller,
    operation,
    image,
    writeId: key === null ? attemptId : await hash([caller.account, image, operation, key]),
    requestHash,
    attemptId,
    requestId,
    isDryRun: c.get("isDryRun") ?? false,
    keepRevisions: historyRevisions,
    keepBytes: historyBytes,
    ...toRevisionLimits(preconditions),
  });
  return { preconditions, requestHash, by };
}
