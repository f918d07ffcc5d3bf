import * as z from "zod/mini";
import { type Release, releaseNames } from "./releases.ts";

/** The variables as the platform binds them: text. docs/configuration.md */
export type ConfigurationVariables = { readonly [Name in keyof typeof variables]?: string };

const flag = z._default(z.enum(["true", "false"]), "false");
const fromOne = (otherwise: string) => z._default(z.string().check(z.regex(/^[1-9][0-9]{0,5}$/)), otherwise);
const fromZero = (otherwise: string) => z._default(z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,8})$/)), otherwise);

/** The form and the default of each variable. Defaults stand here alone. */
const variables = {
  DEFAULT_API_VERSION: z._default(z.enum(releaseNames), "7.2.0"),
  REQUIRE_REQUEST_TARGET: flag,
  MAX_LIST: fromOne("10000"),
  DATACENTER_NAME: z._default(z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/)), "edge"),
  REQUIRE_IF_MATCH: flag,
  READ_ONLY: flag,
  HISTORY_REVISIONS: fromZero("1000"),
  HISTORY_BYTES: fromZero("1048576"),
  MAX_IMAGES: fromZero("1000"),
  MAX_KEYS: fromZero("100"),
  MAX_KEY_COMMENT: fromZero("1024"),
  MAX_TAGS_BYTES: fromZero("102400"),
  MAX_ACL: fromZero("3000"),
  RATE_LIMIT_REQUESTS: fromOne("200"),
  RATE_LIMIT_SECONDS: fromOne("10"),
  ADDRESS_LIMIT_REQUESTS: fromOne("1000"),
  ADDRESS_LIMIT_SECONDS: fromOne("10"),
  CREDENTIAL_CACHE_SIZE: fromZero("1000"),
  CREDENTIAL_CACHE_SECONDS: fromZero("300"),
};

const configurationSchema = z.object(variables);

/** Every variable with its default. */
export const variableDefaults: Readonly<Record<string, string>> = z.parse(configurationSchema, {});

/** The most entries of the credential cache, and how long an entry holds, in ms. The cache is off if either is 0. */
export type CacheBounds = { maxEntries: number; maxAgeMs: number };

/** The most requests in so many seconds. */
export type RateLimitPolicy = { requests: number; seconds: number };

/** The variables, parsed. */
export type Configuration = {
  defaultRelease: Release;
  isRequestTargetRequired: boolean;
  maxList: number;
  datacenterName: string;
  isMatchRequired: boolean;
  /** The service refuses writes. */
  isReadOnly: boolean;
  /** What the rate limiting bindings allow, for the headers of a 429. */
  rateLimits: { account: RateLimitPolicy; address: RateLimitPolicy };
  /** Of one image. 0 turns this limit off, and each limit below. */
  historyRevisions: number;
  historyBytes: number;
  /** Images that an account owns, without destroyed ones. */
  maxImages: number;
  /** Keys of an account. */
  maxKeys: number;
  /** Characters of a key's comment. */
  maxKeyComment: number;
  /** Bytes of an image's tags as stored JSON. */
  maxTagsBytes: number;
  /** Accounts in an acl. */
  maxAcl: number;
  credentialCache: CacheBounds;
};

const configurations = new WeakMap<ConfigurationVariables, Configuration>();

/** Parses the configuration of these bindings, once. @throws {Error} a variable has a value that is not allowed */
export function readConfiguration(bindings: ConfigurationVariables): Configuration {
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
    isReadOnly: parsed.data.READ_ONLY === "true",
    rateLimits: {
      account: {
        requests: Number(parsed.data.RATE_LIMIT_REQUESTS),
        seconds: Number(parsed.data.RATE_LIMIT_SECONDS),
      },
      address: {
        requests: Number(parsed.data.ADDRESS_LIMIT_REQUESTS),
        seconds: Number(parsed.data.ADDRESS_LIMIT_SECONDS),
      },
    },
    historyRevisions: Number(parsed.data.HISTORY_REVISIONS),
    historyBytes: Number(parsed.data.HISTORY_BYTES),
    maxImages: Number(parsed.data.MAX_IMAGES),
    maxKeys: Number(parsed.data.MAX_KEYS),
    maxKeyComment: Number(parsed.data.MAX_KEY_COMMENT),
    maxTagsBytes: Number(parsed.data.MAX_TAGS_BYTES),
    maxAcl: Number(parsed.data.MAX_ACL),
    credentialCache: {
      maxEntries: Number(parsed.data.CREDENTIAL_CACHE_SIZE),
      maxAgeMs: Number(parsed.data.CREDENTIAL_CACHE_SECONDS) * 1000,
    },
  };
  configurations.set(bindings, read);
  return read;
}
