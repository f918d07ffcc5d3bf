import * as z from "zod/mini";
import { releaseNames } from "./releases.ts";
import { describeSent } from "./text.ts";

/** The variables as the platform binds them: text. docs/configuration.md */
export type ConfigurationVariables = { readonly [Name in keyof typeof variables]?: string };

const trueOrFalse = z.pipe(
  z._default(z.enum(["true", "false"], "true or false"), "false"),
  z.transform((text) => text === "true"),
);
const text = (shape: RegExp, words: string, otherwise: string) =>
  z._default(z.string(words).check(z.regex(shape, words)), otherwise);
const fromOne = (otherwise: number) =>
  z.pipe(text(/^[1-9][0-9]{0,5}$/, "a whole number from 1 to 999999", String(otherwise)), z.transform(Number));
const fromZero = (otherwise: number) =>
  z.pipe(text(/^(?:0|[1-9][0-9]{0,8})$/, "a whole number from 0 to 999999999", String(otherwise)), z.transform(Number));

/** The form and the default of each variable. */
const variables = {
  DEFAULT_API_VERSION: z._default(z.enum(releaseNames, `one of ${releaseNames.join(", ")}`), "7.2.0"),
  REQUIRE_REQUEST_TARGET: trueOrFalse,
  MAX_LIST: fromOne(10_000),
  DATACENTER_NAME: text(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 characters of A-Z a-z 0-9 . _ -", "edge"),
  REQUIRE_IF_MATCH: trueOrFalse,
  READ_ONLY: trueOrFalse,
  LOG_ADDRESS: trueOrFalse,
  HISTORY_REVISIONS: fromZero(1000),
  HISTORY_BYTES: fromZero(1_048_576),
  ACCOUNT_HISTORY_BYTES: fromZero(33_554_432),
  ACCOUNT_IMAGE_BYTES: fromZero(134_217_728),
  MAX_IMAGES: fromZero(1000),
  MAX_KEYS: fromZero(100),
  MAX_KEY_COMMENT: fromZero(1024),
  MAX_TAGS_BYTES: fromZero(102_400),
  MAX_ACL: fromZero(3000),
  RATE_LIMIT_REQUESTS: fromOne(200),
  RATE_LIMIT_SECONDS: fromOne(10),
  ADDRESS_LIMIT_REQUESTS: fromOne(1000),
  ADDRESS_LIMIT_SECONDS: fromOne(10),
  MAX_STALENESS: fromZero(60),
  NEAR_WAIT_MS: fromOne(500),
  CREDENTIAL_CACHE_SIZE: fromZero(1000),
  CREDENTIAL_CACHE_SECONDS: fromZero(300),
};

const configurationSchema = z.object(variables);

type Values = z.output<typeof configurationSchema>;

/** Every variable with its default. */
export const variableDefaults: Values = /* @__PURE__ */ z.parse(configurationSchema, {});

/** Renames the variables for the code. 0 turns off `history…`, `account…`, and `maxImages` to `maxAcl`. */
const toConfiguration = (values: Values) => ({
  defaultRelease: values.DEFAULT_API_VERSION,
  isRequestTargetRequired: values.REQUIRE_REQUEST_TARGET,
  maxList: values.MAX_LIST,
  datacenterName: values.DATACENTER_NAME,
  isMatchRequired: values.REQUIRE_IF_MATCH,
  /** The service refuses writes. */
  isReadOnly: values.READ_ONLY,
  /** The log has the client's address. */
  logsAddress: values.LOG_ADDRESS,
  /** What the rate limiting bindings allow, for the headers of a 429. */
  rateLimits: {
    account: { requests: values.RATE_LIMIT_REQUESTS, seconds: values.RATE_LIMIT_SECONDS },
    address: { requests: values.ADDRESS_LIMIT_REQUESTS, seconds: values.ADDRESS_LIMIT_SECONDS },
  },
  /** The most revisions, and bytes of them, that one image keeps. */
  historyRevisions: values.HISTORY_REVISIONS,
  historyBytes: values.HISTORY_BYTES,
  /** The most bytes of the history of an account's images, and of its records of Idempotency-Keys. */
  accountHistoryBytes: values.ACCOUNT_HISTORY_BYTES,
  /** The most bytes that an account's images may take, destroyed ones too. Checked when a write makes an image larger. */
  accountImageBytes: values.ACCOUNT_IMAGE_BYTES,
  /** Images that an account owns, without destroyed ones. */
  maxImages: values.MAX_IMAGES,
  /** Keys of an account. */
  maxKeys: values.MAX_KEYS,
  /** Characters of a key's comment. */
  maxKeyComment: values.MAX_KEY_COMMENT,
  /** Bytes of an image's tags as stored JSON. */
  maxTagsBytes: values.MAX_TAGS_BYTES,
  /** Accounts in an acl. */
  maxAcl: values.MAX_ACL,
  /** The oldest answer that a request may allow, in seconds. Below 5, no replica answers. */
  maxStaleness: values.MAX_STALENESS,
  /** A replica that answers later is not waited for, in ms. */
  nearWaitMs: values.NEAR_WAIT_MS,
  /** The cache is off if either is 0. */
  credentialCache: { maxEntries: values.CREDENTIAL_CACHE_SIZE, maxAgeMs: values.CREDENTIAL_CACHE_SECONDS * 1000 },
});

export type Configuration = ReturnType<typeof toConfiguration>;

/** The most entries of the credential cache, and how long an entry holds, in ms. */
export type CacheBounds = Configuration["credentialCache"];

const configurations = new WeakMap<ConfigurationVariables, Configuration>();

/** Parses the configuration of these bindings, once. @throws {Error} a variable has a value that is not allowed */
export function readConfiguration(bindings: ConfigurationVariables): Configuration {
  const known = configurations.get(bindings);
  if (known) return known;
  const parsed = z.safeParse(configurationSchema, bindings);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path: [name], message }) => {
      const sent = describeSent(bindings[name as keyof ConfigurationVariables]);
      return `${String(name)} is ${message}; ${sent}`;
    });
    throw new Error(`configuration: ${mistakes.join(", and ")}`);
  }
  const configuration = toConfiguration(parsed.data);
  configurations.set(bindings, configuration);
  return configuration;
}
