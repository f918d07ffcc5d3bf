import type { Context } from "hono";
import type { Caller } from "../auth/authenticate.ts";
import { sha256Base64 } from "../auth/digest.ts";
import type { ImageChange } from "../db/images.ts";
import type { Write } from "../db/write.ts";
import { type AppEnv, configuration } from "../env.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { revisionLimits } from "./preconditions.ts";

const encoder = new TextEncoder();

/** SHA-256 of values that have one JSON text, in base64. */
const hash = (values: readonly unknown[]): Promise<string> => sha256Base64(encoder.encode(JSON.stringify(values)));

/**
 * The write that the request asks for.
 *
 * With an Idempotency-Key its id is a hash of account, image, operation and that key, and a hash tells whether a second
 * request asks for the same: headers of the transport, as Date and signature, are not in it. Without one both the
 * request's tries alone share an id.
 *
 * @param change what an update changes
 */
export async function requestedWrite(c: Context<AppEnv>, caller: Caller, change?: ImageChange): Promise<Write> {
  const { operation, image, requestId, preconditions } = c.var;
  const { historyRevisions, isMatchRequired } = configuration(c.env);
  const limits = { ...preconditions, isMatchRequired: isMatchRequired && operation === "UpdateImage" };
  const key = idempotencyKey(c.req.header("Idempotency-Key"));
  const attemptId = crypto.randomUUID();
  return {
    caller,
    operation,
    writeId: key === null ? attemptId : await hash([caller.account, image, operation, key]),
    requestHash: key === null ? null : await hash([operation, image, change, preconditions.ifMatch]),
    attemptId,
    requestId,
    keepRevisions: historyRevisions,
    preconditions: limits,
    ...revisionLimits(limits),
  };
}
