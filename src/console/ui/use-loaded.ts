import { useCallback, useEffect, useState } from "preact/hooks";
import { makeOldPage, makeUnreachable, Refusal } from "../api/refusal.ts";
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

/** Anything else than a refusal is a fault of this page: it is told as one, and not hidden. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof PartMissing) return makeUnreachable();
  return new Refusal(error instanceof Error ? error.message : String(error), { status: 1, code: "ConsoleError" });
}

/** The same, and finds out whether a part of this page did not load because the page is old. */
export const explain = async (error: unknown): Promise<Refusal> =>
  error instanceof PartMissing && (await isPageOld()) ? makeOldPage() : toRefusal(error);
