import type { Context, MiddlewareHandler } from "hono";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { readBodyParameters } from "../syntax/body-parameters.ts";
import { type DecodedForm, decodeForm, type RequestParameters } from "../syntax/form.ts";
import { readTarget } from "../syntax/raw-target.ts";
import { makeNotAllowed, parseBoolean } from "../text.ts";

/**
 * Reads the parameters of query and body. The body's win, as in restify's mapParams. Parses them once a request.
 * docs/contract.md#body
 *
 * @throws {CloudApiError} BadRequest, InvalidContent, UnsupportedMediaTypeError
 */
export function readParameters(c: Context<AppEnv>): Promise<RequestParameters> {
  const known = c.get("parameters");
  if (known) return known;
  const read = joinParameters(c);
  c.set("parameters", read);
  return read;
}

async function joinParameters(c: Context<AppEnv>): Promise<RequestParameters> {
  return join(readQuery(c), await readBodyAlone(c));
}

const join = (query: RequestParameters, body: RequestParameters): RequestParameters =>
  Object.assign(Object.create(null), query, body);

/** As `readParameters`, except that the body may be a JSON array. @param name the parameter that the array is the value of */
export async function readParametersOrArray(c: Context<AppEnv>, name: string): Promise<RequestParameters> {
  return c.get("parameters") ?? join(readQuery(c), await readBodyAlone(c, name));
}

/** Reads the body's parameters alone. @throws {CloudApiError} BadRequest, InvalidContent, UnsupportedMediaTypeError */
export const readBodyAlone = (c: Context<AppEnv>, arrayName?: string): Promise<RequestParameters> =>
  readBodyParameters(requireSet(c, "body"), c.req.raw.headers, arrayName);

/** Reads the query's parameters alone. @throws {CloudApiError} BadRequest: an escape is not UTF-8 */
export function readQuery(c: Context<AppEnv>): RequestParameters {
  const { values, undecodable } = decodeQuery(c);
  if (undecodable === undefined) return values;
  throw new CloudApiError("BadRequest", `the query part ${show(undecodable)} is not UTF-8`);
}

/** Reads the query's parameters, except those that are not UTF-8. */
export const readQueryLeniently = (c: Context<AppEnv>): RequestParameters => decodeQuery(c).values;

/** Decodes the query once a request. */
function decodeQuery(c: Context<AppEnv>): DecodedForm {
  const known = c.get("query");
  if (known) return known;
  const decoded = decodeForm(readTarget(c.req.raw.url).query ?? "");
  c.set("query", decoded);
  return decoded;
}

/**
 * Notes whether the request only asks what a write would do: `dry-run=true`. docs/contract.md#dry-run
 *
 * @param read the operation's way to read its parameters
 * @param known names that the operation reads, if no later step notes what was ignored
 * @throws {CloudApiError} InvalidArgument: another value may have been meant as either
 */
export const readDryRun =
  (
    read: (c: Context<AppEnv>) => RequestParameters | Promise<RequestParameters>,
    known?: readonly string[],
  ): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const parameters = await read(c);
    assertSpelling(parameters);
    const sent = parameters["dry-run"];
    const isDryRun = sent === undefined ? false : parseBoolean(sent);
    if (isDryRun === undefined) {
      throw makeNotAllowed("dry-run is true or false", sent);
    }
    c.set("isDryRun", isDryRun);
    if (known) noteIgnored(c, parameters, known);
    await next();
  };

/**
 * A guard that nobody reads would let the write happen that it was to prevent.
 *
 * @throws {CloudApiError} InvalidArgument: a name is `dry-run`, but for case and what joins its words
 */
function assertSpelling(parameters: RequestParameters): void {
  for (const name in parameters) {
    if (name !== "dry-run" && isDryRunName(name)) {
      throw new CloudApiError("InvalidArgument", `the parameter is named dry-run; ${show(name)} was sent`);
    }
  }
}

const isDryRunName = (name: string): boolean =>
  name.length <= 16 && name.toLowerCase().replace(/[-_]/g, "") === "dryrun";

/**
 * For a write that cannot be rehearsed. docs/contract.md#dry-run
 *
 * @throws {CloudApiError} InvalidArgument: the request asks for a dry run, in any spelling
 */
export const refuseDryRun: MiddlewareHandler<AppEnv> = (c, next) => {
  for (const name in readQueryLeniently(c)) {
    if (isDryRunName(name)) {
      throw new CloudApiError("InvalidArgument", "this operation has no dry run; nothing was changed");
    }
  }
  return next();
};

/** Parameters that every operation may have. */
const common = ["action", "dry-run"];

const maxNames = 10;
const maxCharacters = 64;

/**
 * Notes the parameters that no rule reads, for the answer's Ignored-Parameters: the service refuses nothing that upstream
 * accepts, yet a typo shows. docs/contract.md#headers
 *
 * @param known names of the parameters that are read. A name that ends in `.` is a prefix
 */
export function noteIgnored(c: Context<AppEnv>, parameters: RequestParameters, known: readonly string[]): void {
  const isRead = (name: string): boolean =>
    common.includes(name) || known.some((one) => one === name || (one.endsWith(".") && name.startsWith(one)));
  const ignored: string[] = [];
  for (const name in parameters) {
    if (isRead(name)) continue;
    ignored.push(name);
    if (ignored.length === maxNames) break;
  }
  if (ignored.length > 0) c.set("ignoredParameters", ignored);
}

/** Formats names for a header: commas and what is not printable ASCII percent-encoded, each cut at 64 characters. */
export const formatNames = (names: readonly string[]): string =>
  names
    .map((name) =>
      name
        .slice(0, maxCharacters)
        .toWellFormed()
        .replace(/[^!-+\--~]/gu, encodeURIComponent),
    )
    .map((name) => name.slice(0, maxCharacters))
    .join(", ");
