import * as z from "zod/mini";
import type { Caller } from "./auth/authenticate.ts";
import type { SignedRequest } from "./auth/authorization.ts";
import type { CacheBounds } from "./auth/credentials.ts";
import type { DatabaseMeter } from "./db/client.ts";
import type { CloudApiError } from "./errors.ts";
import type { Release } from "./http/api-version.ts";
import type { Preconditions } from "./images/preconditions.ts";

/** What the platform hands in: D1 and the variables of wrangler.toml, as text. */
export type Bindings = {
  DB: D1Database;
  DEFAULT_API_VERSION?: string;
  REQUIRE_REQUEST_TARGET?: string;
  MAX_LIST?: string;
  DATACENTER_NAME?: string;
  REQUIRE_IF_MATCH?: string;
  HISTORY_REVISIONS?: string;
  CREDENTIAL_CACHE_SIZE?: string;
  CREDENTIAL_CACHE_SECONDS?: string;
};

/** What the steps of one request hand on to each other, each there once its step has run. */
export type Variables = {
  requestId: string;
  startedAt: number;
  release: Release;
  operation: string;
  image: string;
  preconditions: Preconditions;
  signed: SignedRequest;
  body: Uint8Array;
  query: Parameters;
  parameters: Promise<Parameters>;
  caller: Caller;
  /** The caller comes from this isolate's memory, and no statement has confirmed it yet. */
  isRemembered: boolean;
  /** From the parsed header to the caller, its trip included; unset where that failed. */
  authMilliseconds: number;
  meter: DatabaseMeter;
  changedFields: readonly string[];
  refusal: CloudApiError;
};

/** Query and body as one set of named values, without a prototype; the body's win (CONTRACT §5). */
export type Parameters = Record<string, unknown>;

export type AppEnv = { Bindings: Bindings; Variables: Variables };

const flag = z._default(z.enum(["true", "false"]), "false");
const positive = (otherwise: string) => z._default(z.string().check(z.regex(/^[1-9][0-9]{0,5}$/)), otherwise);

const fromZero = (otherwise: string) => z._default(z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,5})$/)), otherwise);

const configurationSchema = z.object({
  DEFAULT_API_VERSION: z._default(z.enum(["7.2.0", "7.3.0", "8.0.0", "9.0.0"]), "7.2.0"),
  REQUIRE_REQUEST_TARGET: flag,
  MAX_LIST: positive("10000"),
  DATACENTER_NAME: z._default(z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/)), "edge"),
  REQUIRE_IF_MATCH: flag,
  HISTORY_REVISIONS: positive("1000"),
  CREDENTIAL_CACHE_SIZE: fromZero("1000"),
  CREDENTIAL_CACHE_SECONDS: fromZero("300"),
});

/** The variables, read: README "Configuration" lists them with unit and default. */
export type Configuration = {
  defaultRelease: Release;
  isRequestTargetRequired: boolean;
  maxList: number;
  datacenterName: string;
  isMatchRequired: boolean;
  historyRevisions: number;
  /** Off where either is 0. */
  credentialCache: CacheBounds;
};

const configurations = new WeakMap<Bindings, Configuration>();

/** The configuration of these bindings, parsed once for each. @throws {Error} a variable has a value that is not allowed. */
export function configuration(bindings: Bindings): Configuration {
  const known = configurations.get(bindings);
  if (known) return known;
  const parsed = z.safeParse(configurationSchema, bindings);
  if (!parsed.success) throw new Error(`configuration: ${z.prettifyError(parsed.error)}`);
  const read: Configuration = {
    defaultRelease: parsed.data.DEFAULT_API_VERSION,
    isRequestTargetRequired: parsed.data.REQUIRE_REQUEST_TARGET === "true",
    maxList: Number(parsed.data.MAX_LIST),
    datacenterName: parsed.data.DATACENTER_NAME,
    isMatchRequired: parsed.data.REQUIRE_IF_MATCH === "true",
    historyRevisions: Number(parsed.data.HISTORY_REVISIONS),
    credentialCache: {
      maxEntries: Number(parsed.data.CREDENTIAL_CACHE_SIZE),
      maxAgeMs: Number(parsed.data.CREDENTIAL_CACHE_SECONDS) * 1000,
    },
  };
  configurations.set(bindings, read);
  return read;
}
