/** What happens at one trip to D1: `run` makes the trip. */
export type Trip = (run: () => Promise<D1Result[]>, call: number) => Promise<D1Result[]>;

/** The database with every trip going through `trip`; `calls` counts them and `results` keeps what D1 answered. */
export type WrappedDatabase = { db: D1Database; calls: number; results: D1Result[][] };

/** Wraps a binding. The Worker reaches D1 through `batch` only; any other way to run a statement throws. */
export function wrapped(db: D1Database, trip: Trip = (run) => run()): WrappedDatabase {
  const state: WrappedDatabase = { db, calls: 0, results: [] };
  const batch = async (statements: D1PreparedStatement[]): Promise<D1Result[]> => {
    state.calls += 1;
    const results = await trip(() => db.batch(statements), state.calls);
    state.results.push(results);
    return results;
  };
  state.db = new Proxy(db, {
    get: (target, property) => {
      if (property === "batch") return batch;
      if (property === "prepare") return target.prepare.bind(target);
      throw new Error(`the Worker used D1's ${String(property)}`);
    },
  });
  return state;
}
