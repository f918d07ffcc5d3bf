/**
 * Does something with an intent while no other tab of this browser does: another call waits. Every tab sees meanwhile
 * that the intent is under way; a tab that is closed or dies lets go of it.
 *
 * @param id of the intent
 */
export const holdIntent = <Result>(id: string, act: () => Promise<Result>): Promise<Result> =>
  navigator.locks.request(prefix + id, act);

/** The ids of the intents that are under way in any tab of this browser. */
export async function listHeldIntents(): Promise<Set<string>> {
  const { held = [] } = await navigator.locks.query();
  return new Set(held.map(({ name = "" }) => name.slice(prefix.length)));
}

const prefix = "intent ";
