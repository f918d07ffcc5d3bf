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
  return await settle(request);
}

const settle = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Does a change, and waits until it is on disk. */
async function change(db: IDBDatabase, name: Store, make: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = db.transaction(name, "readwrite", { durability: "strict" });
  make(transaction.objectStore(name));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Keeps a value under a name. */
export async function put(store: Store, name: string, value: unknown): Promise<void> {
  const db = await open();
  if (db) await change(db, store, (kept) => kept.put(value, name));
  else memory.get(store)?.set(name, structuredClone(value));
}

/** Removes what is kept under a name. */
export async function remove(store: Store, name: string): Promise<void> {
  const db = await open();
  if (db) await change(db, store, (kept) => kept.delete(name));
  else memory.get(store)?.delete(name);
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
