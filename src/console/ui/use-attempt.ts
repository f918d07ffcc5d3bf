import { useState } from "preact/hooks";
import type { Refusal } from "../api/refusal.ts";
import { explain } from "./use-loaded.ts";

type Attempts = {
  /** Does something with the service. Answers whether it worked. */
  attempt: (act: () => Promise<void>) => Promise<boolean>;
  /** Why the last one did not work. */
  refusal: Refusal | null;
  isBusy: boolean;
  /** Takes the refusal away. */
  clear: () => void;
};

/** Does something with the service, one thing at a time, and keeps why it did not work. */
export function useAttempt(): Attempts {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const clear = () => setRefusal(null);
  const attempt = async (act: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    clear();
    try {
      await act();
      return true;
    } catch (error) {
      setRefusal(await explain(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { attempt, refusal, isBusy, clear };
}
