import { CloudApiError, show } from "../../errors.ts";
import { listedStates } from "../../image-states.ts";
import { hasStoredTypes, type Release } from "../../releases.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { makeNotAllowed, uuidShape } from "../../text.ts";
import type { FoundImage } from "../image-row.sql.ts";
import type { ListFilters } from "../list-conditions.sql.ts";
import { isVisible } from "./visibility.ts";

/** The parameters of a list. `tag.` is a prefix. docs/contract.md#listimages */
export const listParameters = [
  "name",
  "os",
  "version",
  "owner",
  "type",
  "public",
  "state",
  "destroyed",
  "tag.",
  "limit",
  "marker",
] as const;

type ListParameter = Exclude<(typeof listParameters)[number], "tag.">;

const states = [...listedStates, "all"] as const;

const booleans = { true: true, false: false };

/**
 * Reads the filters of a query. docs/contract.md#listimages
 *
 * @param maxList the most images one answer may hold
 * @throws {CloudApiError} InvalidArgument on a value that is not allowed, or a filter given twice
 */
export function readListFilters(
  query: RequestParameters,
  { release, maxList }: { release: Release; maxList: number },
): ListFilters {
  const text = (name: ListParameter) => readFilter(query, name);
  const name = readPattern(text("name"));
  const version = readPattern(text("version"));
  return {
    name: name.exact,
    namePart: name.part,
    os: text("os"),
    version: version.exact,
    versionPart: version.part,
    ...readType(text("type"), release),
    public: chooseOne(text("public"), { name: "public", values: booleans }),
    state: readState(text("state"), text("destroyed")),
    owner: text("owner"),
    tags: readTags(query),
    limit: readLimit(text("limit"), maxList),
    ...readMarker(text("marker")),
  };
}

/** Reads the state, `destroyed` for `destroyed=true`. @throws {CloudApiError} InvalidArgument */
function readState(state: string | null, destroyed: string | null): ListFilters["state"] {
  const chosen = chooseOne(state, { name: "state", values: byName(states) });
  if (!chooseOne(destroyed, { name: "destroyed", values: booleans })) return chosen ?? "active";
  if (chosen === null) return "destroyed";
  throw makeNotAllowed("state is not for a list with destroyed=true", chosen);
}

/** The most tags of one list: each is compared with the tags of every image. */
const maxTagFilters = 16;

/** Reads the wanted tags: each key, and its value as text. @throws {CloudApiError} InvalidArgument: too many, or one given twice */
function readTags(query: RequestParameters): [string, string][] {
  const names = Object.keys(query).filter((name) => name.startsWith("tag."));
  if (names.length > maxTagFilters) {
    throw new CloudApiError(
      "InvalidArgument",
      `a list filters by at most ${maxTagFilters} tags; ${names.length} were sent`,
    );
  }
  return names.map((name) => [name.slice("tag.".length), readSingle(query, name) ?? ""]);
}

/** Reads a filter. An empty value is no filter. @throws {CloudApiError} InvalidArgument when it is given twice */
const readFilter = (query: RequestParameters, name: ListParameter): string | null => readSingle(query, name) || null;

/** A filter on text: the exact value or, after `~`, a substring. */
const readPattern = (text: string | null): { exact: string | null; part: string | null } =>
  text?.startsWith("~") ? { exact: null, part: text.slice(1) } : { exact: text, part: null };

type TypeFilters = Pick<ListFilters, "type" | "notType" | "isZvol">;

/** Hides docker images unless `type` names a stored type. `!` before it negates. Releases before 8.0.0 have two types. */
function readType(type: string | null, release: Release): TypeFilters {
  if (!hasStoredTypes(release)) return { type: null, notType: "docker", isZvol: readIsZvol(type) };
  if (type === null) return { type: null, notType: "docker", isZvol: null };
  return type.startsWith("!")
    ? { type: null, notType: type.slice(1), isZvol: null }
    : { type, notType: null, isZvol: null };
}

/** Reads a parameter that may be given once. Null if absent. @throws {CloudApiError} InvalidArgument when it is given twice */
export function readSingle(query: RequestParameters, name: string): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value !== "string") throw new CloudApiError("InvalidArgument", `${show(name)} is given more than once`);
  return value;
}

/** Of the two types before 8.0.0, `virtualmachine` is zvol. */
const readIsZvol = (type: string | null): boolean | null =>
  chooseOne(type, { name: "type", values: { virtualmachine: true, smartmachine: false } });

const byName = <Name extends string>(names: readonly Name[]): Record<string, Name> =>
  Object.fromEntries(names.map((name) => [name, name]));

function chooseOne<Value>(text: string | null, allowed: { name: string; values: Record<string, Value> }): Value | null {
  if (text === null) return null;
  const value = Object.hasOwn(allowed.values, text) ? allowed.values[text] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(allowed.values).join(", ");
  throw makeNotAllowed(`${allowed.name} is one of ${names}`, text);
}

function readLimit(text: string | null, maxList: number): number | null {
  if (text === null) return null;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= maxList) return value;
  throw makeNotAllowed(`limit is a number from 1 to ${maxList}`, text);
}

const dateShape = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z?)?$/;

/** Reads an image's id, or a date as IMGAPI takes it, in UTC. */
function readMarker(text: string | null): Pick<ListFilters, "marker" | "since"> {
  if (text === null || uuidShape.test(text)) return { marker: text, since: null };
  const time = dateShape.test(text) ? Date.parse(text.includes("T") ? text.replace(/Z?$/, "Z") : text) : Number.NaN;
  if (Number.isNaN(time)) throw makeUnknownMarker(text);
  return { marker: null, since: new Date(time).toISOString() };
}

/**
 * Checks that the marker's image is one that the account can see, or its own: a destroyed one still marks its place. Pure.
 *
 * @throws {CloudApiError} InvalidArgument
 */
export function assertMarker(
  filters: Pick<ListFilters, "marker">,
  { marker }: { marker: FoundImage | null },
  account: string,
): void {
  if (filters.marker === null || marker?.owner === account || (marker && isVisible(marker, account))) return;
  throw makeUnknownMarker(filters.marker);
}

const makeUnknownMarker = (marker: string): CloudApiError =>
  makeNotAllowed("marker is the id of an image that you can see, or a date", marker);

export const makeListTooLong = (maxList: number): CloudApiError =>
  new CloudApiError("InvalidArgument", `more than ${maxList} images match; ask for pages with limit and marker`);
