import * as z from "zod/mini";
import { type Release, releaseNames } from "./releases.ts";

/** The variables of wrangler.toml as the platform hands them in: text. README.md#configuration */
export type ConfigurationVariables = { readonly [Name in keyof typeof variables]?: string };

const flag = z._default(z.enum(["true", "false"]), "false");
const fromOne = (otherwise: string) => z._default(z.string().check(z.regex(/^[1-9][0-9]{0,5}$/)), otherwise);
const fromZero = (otherwise: string) => z._default(z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,5})$/)), otherwise);

/** One row a variable: its form and its default. */
const variables = {
  DEFAULT_API_VERSION: z._default(z.enum(releaseNames), "7.2.0"),
  REQUIRE_REQUEST_TARGET: flag,
  MAX_LIST: fromOne("10000"),
  DATACENTER_NAME: z._default(z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/)), "edge"),
  REQUIRE_IF_MATCH: flag,
  HISTORY_REVISIONS: fromOne("1000"),
  CREDENTIAL_CACHE_SIZE: fromZero("1000"),
  CREDENTIAL_CACHE_SECONDS: fromZero("300"),
};

const configurationSchema = z.object(variables);

/** The most entries of the credential cache, and for how long one is good, in ms. The cache is off where either is 0. */
export type CacheBounds = { maxEntries: number; maxAgeMs: number };

/** The variables, parsed. */
export type Configuration = {
  defaultRelease: Release;
  isRequestTargetRequired: boolean;
  maxList: number;
  datacenterName: string;
  isMatchRequired: boolean;
  historyRevisions: number;
  credentialCache: CacheBounds;
};

const configurations = new WeakMap<ConfigurationVariables, Configuration>();

/** The configuration of these bindings, parsed once for each. @throws {Error} a variable has a value that is not allowed. */
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
    historyRevisions: Number(parsed.data.HISTORY_REVISIONS),
    credentialCache: {
      maxEntries: Number(parsed.data.CREDENTIAL_CACHE_SIZE),
      maxAgeMs: Number(parsed.data.CREDENTIAL_CACHE_SECONDS) * 1000,
    },
  };
  configurations.set(bindings, read);
  return read;
}
