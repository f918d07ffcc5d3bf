/** What happens at one round trip to D1: `run` does it, and `call` counts from 1. */
export type RoundTrip = (run: () => Promise<D1Result[]>, call: number) => Promise<D1Result[]>;

/** A database whose round trips are counted by `calls`, near ones too; `results` keeps what D1 answered to each. */
export type WrappedDatabase = { db: D1Database; calls: number; nearCalls: number; results: D1Result[][] };

/** Wraps a binding. The service uses `batch`, a statement's `all` and near sessions only; anything else throws. */
export function wrapDatabase(db: D1Database, roundTrip: RoundTrip = (run) => run()): WrappedDatabase {
  const state: WrappedDatabase = { db, calls: 0, nearCalls: 0, results: [] };
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>();
  const call = async (run: () => Promise<D1Result[]>): Promise<D1Result[]> => {
    state.calls += 1;
    const results = await roundTrip(run, state.calls);
    state.results.push(results);
    return results;
  };
  const all = async (statement: D1PreparedStatement): Promise<D1Result | undefined> =>
    (await call(async () => [await statement.all()]))[0];
  const wrapStatement = (statement: D1PreparedStatement, count: () => void): D1PreparedStatement => {
    const wrapped = new Proxy(statement, {
      get: (target, property) => {
        if (property === "bind") return (...values: unknown[]) => wrapStatement(target.bind(...values), count);
        if (property === "all") {
          return () => {
            count();
            return all(target);
          };
        }
        throw new Error(`the service used a statement's ${String(property)}`);
      },
    });
    originals.set(wrapped, statement);
    return wrapped;
  };
  const wrap = <Target extends D1Database | D1DatabaseSession>(source: Target, count: () => void): Target =>
    new Proxy(source, {
      get: (target, property) => {
        if (property === "batch") {
          return (statements: D1PreparedStatement[]) => {
            count();
            return call(() => target.batch(statements.map((statement) => originals.get(statement) ?? statement)));
          };
        }
        if (property === "prepare") return (text: string) => wrapStatement(target.prepare(text), count);
        if (property === "withSession" && "withSession" in target) {
          return (constraint: string) => {
            if (constraint !== "first-unconstrained") throw new Error(`the service used a session ${constraint}`);
            return wrap(target.withSession(constraint), countNear);
          };
        }
        throw new Error(`the service used D1's ${String(property)}`);
      },
    });
  const countNear = () => {
    state.nearCalls += 1;
  };
  state.db = wrap(db, () => undefined);
  return state;
}

/** The database, with a change by somebody else right before the second round trip: after the credentials were read. */
export const changeBeforeSecondCall = (db: D1Database, change: () => Promise<unknown>): WrappedDatabase =>
  wrapDatabase(db, async (run, call) => {
    if (call === 2) await change();
    return run();
  });
