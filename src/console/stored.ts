const stores = ["session", "intents"] as const;

/** A store of this page's database in the browser. */
type Store = (typeof stores)[number];

const opened = new Map<"db", Promise<IDBDatabase>>();

function open(): Promise<IDBDatabase> {
  const db = opened.get("db") ?? openAnew();
  opened.set("db", db);
  return db;
}

async function openAnew(): Promise<IDBDatabase> {
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
async function change(name: Store, make: (store: IDBObjectStore) => void): Promise<void> {
  const transaction = (await open()).transaction(name, "readwrite", { durability: "strict" });
  make(transaction.objectStore(name));
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Keeps a value under a name. */
export const put = (store: Store, name: string, value: unknown): Promise<void> =>
  change(store, (opened) => opened.put(value, name));

/** Removes what is kept under a name. */
export const remove = (store: Store, name: string): Promise<void> => change(store, (opened) => opened.delete(name));

/** Every value that is kept. Only this page writes the database, so values are what was put. */
export async function readAll<Value>(store: Store): Promise<Value[]> {
  return await settle<Value[]>((await open()).transaction(store).objectStore(store).getAll());
}
