import { useState } from "preact/hooks";
import type { Refusal } from "../api/refusal.ts";
import { toRefusal } from "./use-loaded.ts";

/** Does something with the service, one thing at a time, and keeps why it did not work. */
export function useAttempt(): {
  attempt: (act: () => Promise<void>) => Promise<void>;
  refusal: Refusal | null;
  isBusy: boolean;
} {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setRefusal(null);
    try {
      await act();
    } catch (error) {
      setRefusal(toRefusal(error));
    }
    setBusy(false);
  };
  return { attempt, refusal, isBusy };
}
