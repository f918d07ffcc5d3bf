const stores = ["session", "intents"] as const;

/** A store of this page's database in the browser. */
type Store = (typeof stores)[number];

/** What IndexedDB answers: the value as it was put. */
type Kept = ReturnType<IDBObjectStore["get"]>["result"];

/** Stands in where the browser gives no IndexedDB, as some do in private windows: it is lost with the page. */
const memory = new Map<Store, Map<string, Kept>>(stores.map((store) => [store, new Map()]));

const opened = new Map<"db", Promise<IDBDatabase | null>>();

/** The database; null where the browser gives none. */
function open(): Promise<IDBDatabase | null> {
  const db = opened.get("db") ?? openAnew().catch(() => null);
  opened.set("db", db);
  return db;
}

async function openAnew(): Promise<IDBDatabase | null> {
  if (typeof indexedDB === "undefined") return null;
  const request = indexedDB.open("cloudapi-edge-console", 1);
  request.onupgradeneeded = () => {
    for (const store of stores) request.result.createObjectStore(store);
  };
  const db = await settle(request);
  // Whoever clears this site's data closes it. What is asked for next finds what is left: nothing.
  db.onclose = () => opened.delete("db");
  return db;
}

const settle = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** What to keep in a store, by name; undefined removes. */
export type Changes = Readonly<Record<string, unknown>>;

/**
 * Reads values and changes their store in one transaction, which no other tab comes between; waits until it is on disk.
 *
 * @param decide gets what is kept under each name, and answers the changes; null for none
 * @returns whether it decided for changes
 */
export async function exchange<Name extends string>(
  store: Store,
  names: readonly Name[],
  decide: (kept: Readonly<Record<Name, Kept>>) => Changes | null,
): Promise<boolean> {
  const db = await open();
  if (!db) return exchangeInMemory(memory.get(store) ?? new Map(), decide);
  const transaction = db.transaction(store, "readwrite", { durability: "strict" });
  const kept = transaction.objectStore(store);
  const reads = Object.fromEntries(names.map((name) => [name, kept.get(name)])) as Record<Name, IDBRequest>;
  const outcome = { isChanged: false };
  const decideNow = () => {
    const changes = decide(Object.fromEntries(names.map((name) => [name, reads[name].result])) as Record<Name, Kept>);
    outcome.isChanged = changes !== null;
    for (const [name, value] of Object.entries(changes ?? {})) {
      if (value === undefined) kept.delete(name);
      else kept.put(value, name);
    }
  };
  // Reads are answered in their order.
  const last = names.at(-1);
  if (last === undefined) decideNow();
  else reads[last].onsuccess = decideNow;
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  return outcome.isChanged;
}

function exchangeInMemory<Name extends string>(
  kept: Map<string, Kept>,
  decide: (kept: Readonly<Record<Name, Kept>>) => Changes | null,
): boolean {
  const changes = decide(Object.fromEntries(kept) as Record<Name, Kept>);
  for (const [name, value] of Object.entries(changes ?? {})) {
    if (value === undefined) kept.delete(name);
    else kept.set(name, structuredClone(value));
  }
  return changes !== null;
}

/** Keeps a value under a name. */
export async function put(store: Store, name: string, value: unknown): Promise<void> {
  await exchange(store, [], () => ({ [name]: value }));
}

/** Removes what is kept under a name. */
export async function remove(store: Store, name: string): Promise<void> {
  await exchange(store, [], () => ({ [name]: undefined }));
}

/** The value that is kept under a name. Only this page writes the database, so it is what was put. */
export async function read<Value>(store: Store, name: string): Promise<Value | undefined> {
  const db = await open();
  return db
    ? await settle<Value | undefined>(db.transaction(store).objectStore(store).get(name))
    : memory.get(store)?.get(name);
}

/** Every value that is kept. Only this page writes the database, so values are what was put. */
export async function readAll<Value>(store: Store): Promise<Value[]> {
  const db = await open();
  return db
    ? await settle<Value[]>(db.transaction(store).objectStore(store).getAll())
    : [...(memory.get(store)?.values() ?? [])];
}
