import type { KeyLimits } from "../../src/scope.ts";
import type { TestRequest } from "./client.ts";
import { bob, mallory } from "./fixtures.ts";
import { formatPublicLine, type KeyName } from "./signer.ts";

/** Who may do what: the rules of docs/contract.md#scopes, written down anew. */

/** Limits of a key: words, and whether it has an end that is near, far or past. */
export type Limits = { words: readonly string[] | null; end: "past" | "near" | "far" | null };

export const ends = { past: 1, near: Date.parse("2100-01-01T00:00:00Z"), far: Date.parse("2200-01-01T00:00:00Z") };

export const toLimits = ({ words, end }: Limits): KeyLimits => ({
  scope: words && [...words].sort().join(" "),
  expires: end && ends[end],
});

export const isFull = ({ words, end }: Limits): boolean => words === null && end === null;

/** What the request is, and on which image or key. */
export type Ask =
  | { kind: "read"; what: "image" | "audit" | "revision" | "tags" | "tag"; id: string }
  | { kind: "list" | "account" | "datacenters" | "keys" | "other account" }
  | { kind: "update"; id: string; fields: readonly ("name" | "eula" | "acl" | "tags")[]; inBody: boolean }
  | { kind: "revert"; id: string; withAcl: boolean }
  | {
      kind: "clone" | "delete" | "addAcl" | "leave" | "addTags" | "replaceTags" | "deleteTag" | "deleteTags";
      id: string;
    }
  | { kind: "update account" }
  | { kind: "get key" | "delete key"; key: KeyName }
  | { kind: "create key"; key: KeyName; limits: Limits };

/** The word of each write of an image, and that of each column of it. */
const words = {
  ...{ clone: "clone", delete: "delete", addAcl: "share", leave: "share" },
  ...{ addTags: "tag", replaceTags: "tag", deleteTag: "tag", deleteTags: "tag" },
} as const;
export const wordOf: Readonly<Record<string, string>> = {
  name: "update",
  eula: "update",
  tags: "tag",
  acl: "share",
  state: "delete",
};

/** Whether the words have one, of an image or not. */
export const has = ({ words }: Limits, word: string, id?: string): boolean =>
  words === null || words.includes(word) || words.includes(`${word}@${id}`);

/** Whether the key may read the image, or any image at all. */
export const mayRead = ({ words }: Limits, id?: string): boolean =>
  words === null ||
  words.some(
    (word) => word.startsWith("images:") && (id === undefined || !word.includes("@") || word.endsWith(`@${id}`)),
  );

/** Whether every key of the inner kind may do, and live, no more than the outer. */
export function isWithin(inner: Limits, outer: Limits): boolean {
  const isTimely = outer.end === null || (inner.end !== null && ends[inner.end] <= ends[outer.end]);
  const isNarrow = outer.words === null || inner.words?.every((word) => isIncluded(word, outer)) === true;
  return isTimely && isNarrow;
}

function isIncluded(word: string, outer: Limits): boolean {
  const [bare = "", id] = word.split("@");
  if (has(outer, bare, id)) return true;
  if (bare !== "images:read") return false;
  return id === undefined
    ? outer.words?.some((one) => one.startsWith("images:") && !one.includes("@")) === true
    : mayRead(outer, id);
}

/** What any update of an image needs one of. */
const any = ["images:update", "images:tag", "images:share"];

/** The words that each request needs: of each inner list, one. GetKey and DeleteKey depend on the key. */
function listNeeds(ask: Ask): readonly (readonly string[])[] {
  switch (ask.kind) {
    case "list":
    case "read":
      return [["images:read"]];
    case "update":
      return [any, ...ask.fields.map((field) => [`images:${wordOf[field]}`])];
    case "revert":
      return [["images:update"], ["images:tag"], ...(ask.withAcl ? [["images:share"]] : [])];
    case "account":
      return [["account:read"]];
    case "update account":
      return [["account:write"]];
    case "keys":
    case "create key":
      return [["keys"]];
    default:
      return "id" in ask ? [[`images:${words[ask.kind]}`]] : [];
  }
}

/** What the scope lacks for the request, in the words of the refusal. Undefined if nothing. */
export function findLack(ask: Ask, limits: Limits): string | undefined {
  const id = "id" in ask ? ask.id : undefined;
  const isMet = (word: string) => (word === "images:read" ? mayRead(limits, id) : has(limits, word, id));
  const lacking = listNeeds(ask).find((anyOf) => !anyOf.some(isMet));
  return lacking && `${lacking.join(" or ")}${id === undefined ? "" : " of this image"}`;
}

const values = { name: "renamed", eula: "https://e/", tags: { a: 1 }, acl: [mallory.uuid] } as const;

const post = (path: string, body?: unknown): TestRequest => ({
  method: "POST",
  path,
  ...(body !== undefined && { body: JSON.stringify(body) }),
});

const reads = { image: "", audit: "/audit", revision: "?revision=1", tags: "/tags", tag: "/tags/role" } as const;

/** The request. Its path has a query, for `dry-run`, where it writes an image. */
export function makeAsked(ask: Ask): TestRequest {
  const at = "id" in ask ? `/my/images/${ask.id}` : "";
  switch (ask.kind) {
    case "read":
      return { path: `${at}${reads[ask.what]}` };
    case "list":
      return { path: "/my/images" };
    case "update": {
      const fields = Object.fromEntries(ask.fields.map((field) => [field, values[field]]));
      return ask.inBody ? post(`${at}?x=1`, { ...fields, action: "update" }) : post(`${at}?action=update`, fields);
    }
    case "revert":
      return post(`${at}?action=revert`, { revision: 1, acl: ask.withAcl });
    case "clone":
      return post(`${at}?action=clone`);
    case "delete":
      return { method: "DELETE", path: `${at}?x=1` };
    case "addAcl":
      return post(`${at}/acl?action=add`, [mallory.uuid]);
    case "leave":
      return post(`${at}/acl?action=remove`, [bob.uuid]);
    case "addTags":
      return post(`${at}/tags?x=1`, { b: 2 });
    case "replaceTags":
      return { ...post(`${at}/tags?x=1`, { c: 3 }), method: "PUT" };
    case "deleteTag":
      return { method: "DELETE", path: `${at}/tags/role?x=1` };
    case "deleteTags":
      return { method: "DELETE", path: `${at}/tags?x=1` };
    case "account":
      return { path: "/my" };
    case "update account":
      return post("/my", { city: "Here" });
    case "datacenters":
      return { path: "/my/datacenters" };
    case "other account":
      return { path: "/mallory/datacenters" };
    case "keys":
      return { path: "/my/keys" };
    case "get key":
      return { path: `/my/keys/${ask.key}` };
    case "delete key":
      return { method: "DELETE", path: `/my/keys/${ask.key}` };
    case "create key": {
      const { scope, expires } = toLimits(ask.limits);
      const limits = { ...(scope && { scope }), ...(expires && { expires: new Date(expires).toISOString() }) };
      return post("/my/keys", { key: formatPublicLine(ask.key), ...limits });
    }
  }
}

/** Whether the request writes an image. */
export const writesImage = ({ kind }: Ask): boolean => kind === "update" || kind === "revert" || kind in words;
