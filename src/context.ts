import type { Context } from "hono";
import type { Caller, CallerNames } from "./caller.ts";
import type { ConfigurationVariables } from "./configuration.ts";
import type { Database, DatabaseMeter } from "./db/client.ts";
import type { NearReads } from "./db/near.ts";
import type { CloudApiError } from "./errors.ts";
import type { Preconditions } from "./images/rules/preconditions.ts";
import type { Operation } from "./operations.ts";
import type { Release } from "./releases.ts";
import type { KeyLimits } from "./scope.ts";
import type { SignedRequest } from "./signature/signed-request.ts";
import type { DecodedForm, RequestParameters } from "./syntax/form.ts";

/** What the platform binds: D1, the rate limiters and the variables. docs/configuration.md */
export type Bindings = ConfigurationVariables & {
  DB: D1Database;
  /** Counts the requests of an account. */
  ACCOUNT_LIMITER?: RateLimit;
  /** Counts the requests of an IP address, before the signature is verified. */
  ADDRESS_LIMITER?: RateLimit;
  /** The version that was deployed, for the log. */
  VERSION?: WorkerVersionMetadata;
  /** Set where the service runs on its own machine, for Health. @throws {Error} the database's file is gone, or cannot be written */
  checkStorage?: () => Promise<void>;
};

/** What the steps of a request pass on. `setResponseHeaders` sets the required values. `requireSet` reads optional ones. */
type Variables = {
  requestId: string;
  /** `performance.now()` when the request arrived, ms. */
  startedAt: number;
  /** The default release until the version is negotiated. */
  release: Release;
  /** Round trips to the primary, failed ones too. The first that succeeds identifies the caller or checks its authority. */
  meter: DatabaseMeter;
  /** Round trips to replicas: none of them confirms a caller. */
  nearMeter: DatabaseMeter;
  /** The near database: one session of the request. */
  near?: Database;
  nearReads?: NearReads;
  /** Why a near read failed, for the log. */
  nearFailure?: string;
  /** The path's pattern, if an operation has it. */
  route?: string;
  signed?: SignedRequest;
  /** The names in keyId and path, before they are verified. */
  claimed?: CallerNames;
  body?: Uint8Array;
  caller?: Caller;
  /** The caller comes from this isolate's cache or from a replica: the key may be gone since. */
  isCallerUnconfirmed?: boolean;
  /** Throws if a key with these limits may not do what the operation has read of the request. */
  limitsCheck?: (limits: KeyLimits) => void;
  /** Time to identify the caller, including the round trip. */
  authMilliseconds?: number;
  query?: DecodedForm;
  parameters?: Promise<RequestParameters>;
  operation?: Operation;
  /** The image id of the path, as sent. */
  imageId?: string;
  preconditions?: Preconditions;
  changedFields?: readonly string[];
  /** The request only asks what the write would do. */
  isDryRun?: boolean;
  /** Names of parameters that no rule read. */
  ignoredParameters?: readonly string[];
  refusal?: CloudApiError;
};

export type AppEnv = { Bindings: Bindings; Variables: Variables };

/** Reads what an earlier step has set. @throws {Error} none has: the steps in app.ts are out of order */
export function requireSet<Name extends keyof Variables>(c: Context<AppEnv>, name: Name): NonNullable<Variables[Name]> {
  const value = c.get(name);
  if (value === undefined || value === null) throw new Error(`no step has set ${name}`);
  return value;
}
