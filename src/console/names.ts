/** The names that people give to accounts, by UUID. */
export type Names = ReadonlyMap<string, string>;

const storedAs = "account-names";

/** Stands in where the browser keeps nothing, as some do in private windows: it is lost with the page. */
const state: { names: Names | undefined; self: Self | null } = { names: undefined, self: null };

const listeners = new Set<() => void>();

/** The account that this page works for. `label`: what the page calls it, `you` for example. */
export type Self = { id: string; label: string };

/** The names that are kept in this browser: for every account that signs in here, and sent to no service. */
export function listNames(): Names {
  state.names ??= readStored();
  return state.names;
}

/** Keeps these names in place of those before, in every tab. @throws {Error} the browser keeps no more */
export function keepNames(names: Names): void {
  globalThis.localStorage?.setItem(storedAs, JSON.stringify([...names]));
  state.names = names;
  notify();
}

/** The account that this page works for; null until it is known. */
export const getSelf = (): Self | null => state.self;

/** Says which account this page works for from now on. */
export function setSelf(self: Self | null): void {
  state.self = self;
  notify();
}

/** Calls back after each change of the names, of this tab or another, and of the account. @returns how to stop */
export function watchNames(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The UUID of the account that has a name, whatever its case; undefined where none has it. */
export const findNamed = (names: Names, name: string): string | undefined =>
  [...names].find(([, each]) => fold(each) === fold(name))?.[0];

/** Two names that fold to the same are one: in this form names are compared. */
export const fold = (name: string): string => name.normalize("NFKC").toLowerCase();

/** A list of accounts with a UUID in place of each name that is known; what else is there stays as it is. */
export const resolveNames = (text: string, names: Names): string =>
  text
    .split(/[\r\n,;]+/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => findNamed(names, part.replace(/\s+/g, " ")) ?? resolveWords(part, names))
    .join("\n");

const resolveWords = (part: string, names: Names): string =>
  part
    .split(/\s+/)
    .map((word) => findNamed(names, word) ?? word)
    .join("\n");

function notify(): void {
  for (const listener of listeners) listener();
}

function readStored(): Names {
  try {
    const entries: unknown = JSON.parse(globalThis.localStorage?.getItem(storedAs) ?? "[]");
    return new Map(Array.isArray(entries) ? entries.filter(isEntry) : []);
  } catch {
    return new Map();
  }
}

const isEntry = (entry: unknown): entry is [string, string] =>
  Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === "string");

globalThis.addEventListener?.("storage", ({ key }) => {
  if (key !== storedAs && key !== null) return;
  state.names = undefined;
  notify();
});
