import { useCallback, useEffect, useState } from "preact/hooks";
import { makeOldPage, makeUnreachable, type Refusal, toRefusal } from "../api/refusal.ts";
import { PartMissing } from "../load-part.ts";
import { isPageOld } from "./page-age.ts";

/** What was asked of the service. While it is loaded again, the earlier value stays. */
export type Loaded<Value> = {
  value: Value | null;
  refusal: Refusal | null;
  isLoading: boolean;
  /** Asks again. */
  reload: () => void;
  /** Puts in what an answer to a write said. */
  replace: (value: Value) => void;
};

/** Asks the service when the view opens, and whenever `name` changes. */
export function useLoaded<Value>(name: string, load: () => Promise<Value>): Loaded<Value> {
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<State<Value>>({ name, value: null, refusal: null, isLoading: true });
  // `name` says what `load` loads.
  useEffect(() => {
    let isCurrent = true;
    setState((before) => ({ name, value: before.name === name ? before.value : null, refusal: null, isLoading: true }));
    load().then(
      (value) => isCurrent && setState({ name, value, refusal: null, isLoading: false }),
      async (error) => {
        const refusal = await explain(error);
        if (isCurrent) setState((before) => ({ ...before, refusal, isLoading: false }));
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [name, turn]);
  const replace = useCallback((value: Value) => setState({ name, value, refusal: null, isLoading: false }), [name]);
  const reload = () => {
    setState((before) => ({ ...before, isLoading: true }));
    setTurn((count) => count + 1);
  };
  return { ...state, reload, replace };
}

type State<Value> = { name: string; value: Value | null; refusal: Refusal | null; isLoading: boolean };

/** A failure as a refusal. If a part of this page did not load, finds out whether the page is old. */
export async function explain(error: unknown): Promise<Refusal> {
  if (!(error instanceof PartMissing)) return toRefusal(error);
  return (await isPageOld()) ? makeOldPage() : makeUnreachable();
}
