import type { Parameters } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";
import { hasStoredTypes, type Release } from "../http/api-version.ts";
import { uuidShape } from "./schemas.ts";

const states = ["active", "unactivated", "disabled", "creating", "failed", "all"] as const;

/** What ListImages is asked for; null where a filter is not set. CONTRACT §8. */
export type ListFilters = {
  name: string | null;
  /** `name=~part`: a substring of the name. */
  namePart: string | null;
  os: string | null;
  version: string | null;
  /** The stored type; before 8.0.0 `isZvol` filters instead. */
  type: string | null;
  isZvol: boolean | null;
  public: boolean | null;
  state: (typeof states)[number];
  owner: string | null;
  /** Keys and the text of their values, all of which must match. */
  tags: readonly (readonly [string, string])[];
  limit: number | null;
  /** The id of the last image of the page before. */
  marker: string | null;
};

/**
 * Reads the filters of a query.
 *
 * @param maxList the most images one answer may hold
 * @throws {CloudApiError} InvalidArgument on a value that is not allowed, or a filter given twice
 */
export function listFilters(
  query: Parameters,
  { release, maxList }: { release: Release; maxList: number },
): ListFilters {
  const text = (name: string) => singleText(query, name);
  const name = text("name");
  const type = text("type");
  return {
    name: name?.startsWith("~") ? null : name,
    namePart: name?.startsWith("~") ? name.slice(1) : null,
    os: text("os"),
    version: text("version"),
    type: hasStoredTypes(release) ? type : null,
    isZvol: hasStoredTypes(release) ? null : isZvol(type),
    public: oneOf(text("public"), { name: "public", values: { true: true, false: false } }),
    state: oneOf(text("state") ?? "active", { name: "state", values: byName(states) }) ?? "active",
    owner: text("owner"),
    tags: Object.keys(query)
      .filter((key) => key.startsWith("tag."))
      .map((key) => [key.slice("tag.".length), text(key) ?? ""]),
    limit: limit(text("limit"), maxList),
    marker: marker(text("marker")),
  };
}

/** A parameter that is given once; null where it is not. @throws {CloudApiError} InvalidArgument when it is given twice */
export function singleText(query: Parameters, name: string): string | null {
  const value = query[name];
  if (value === undefined) return null;
  if (typeof value !== "string") throw new CloudApiError("InvalidArgument", `${shown(name)} is given more than once`);
  return value;
}

/** Before 8.0.0 there are two types, and zvol is one of them. */
function isZvol(type: string | null): boolean | null {
  return oneOf(type, { name: "type", values: { virtualmachine: true, smartmachine: false } });
}

const byName = <Name extends string>(names: readonly Name[]): Record<string, Name> =>
  Object.fromEntries(names.map((name) => [name, name]));

function oneOf<Value>(text: string | null, allowed: { name: string; values: Record<string, Value> }): Value | null {
  if (text === null) return null;
  const value = Object.hasOwn(allowed.values, text) ? allowed.values[text] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(allowed.values).join(", ");
  throw new CloudApiError(
    "InvalidArgument",
    `${allowed.name} is one of ${names}; ${JSON.stringify(shown(text))} was sent`,
  );
}

function limit(text: string | null, maxList: number): number | null {
  if (text === null) return null;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= maxList) return value;
  throw new CloudApiError(
    "InvalidArgument",
    `limit is a number from 1 to ${maxList}; ${JSON.stringify(shown(text))} was sent`,
  );
}

function marker(text: string | null): string | null {
  if (text === null || uuidShape.test(text)) return text;
  throw unknownMarker(text);
}

/** The marker names no image that the account can see. */
export const unknownMarker = (marker: string): CloudApiError =>
  new CloudApiError(
    "InvalidArgument",
    `marker is the id of an image that you can see; ${JSON.stringify(shown(marker))} was sent`,
  );

/** The list is longer than one answer may be. */
export const listTooLong = (maxList: number): CloudApiError =>
  new CloudApiError("InvalidArgument", `more than ${maxList} images match; ask for pages with limit and marker`);
