import type { Json } from "./json.ts";

const header = (description: string, schema: Json = { type: "string" }): Json => ({ description, schema });

/** Of every answer. docs/contract.md#headers */
const common: Json = {
  "Request-Id": header("The client's, else a new UUID."),
  "X-Request-Id": header("As Request-Id."),
  "Response-Time": header("Whole milliseconds."),
  "X-Response-Time": header("As Response-Time."),
  "Api-Version": header("The release that answered."),
  "X-Api-Version": header("As Api-Version."),
  Server: header("`cloudapi/VERSION`."),
  Date: header("The time of the answer."),
  "Triton-Datacenter-Name": header("DATACENTER_NAME of the configuration."),
  "Server-Timing": header("`auth`, `db` and `total`, in milliseconds."),
  "Cache-Control": header("`private, no-cache, no-transform`."),
  "X-Content-Type-Options": header("`nosniff`."),
  "Access-Control-Allow-Origin": header("`*`."),
  "Access-Control-Allow-Methods": header("Methods."),
  "Access-Control-Allow-Headers": header("Request headers that a page may send."),
  "Access-Control-Expose-Headers": header("Headers that a page may read."),
};

/** Of some answers. */
const some: Json = {
  "Content-MD5": header("MD5 of the JSON, base64. A streamed list has none."),
  "Content-Length": header("Length of the body. A streamed list has none."),
  ETag: header('`"REVISION-RELEASE"`.'),
  "Changed-Fields": header("The fields that changed; empty when nothing did."),
  "Dry-Run": header("`true`: nothing was written."),
  "Ignored-Parameters": header("Names that no rule read, at most ten."),
  "Idempotent-Replayed": header("`true`: the answer of the first time."),
  Location: header("`/LOGIN/keys/FINGERPRINT` of a new key."),
  Allow: header("The methods of the path."),
  "Retry-After": header("Seconds to wait."),
  "RateLimit-Policy": header("Who is counted, and the limit."),
  "WWW-Authenticate": header('`Signature realm="cloudapi",headers="date"`.'),
};

/** Headers of answers, by name. */
export const headers: Json = { ...common, ...some };

/** The names of those that every answer has. */
export const commonHeaders: readonly string[] = Object.keys(common);
