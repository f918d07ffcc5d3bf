import { useCallback, useEffect, useState } from "preact/hooks";

const shownForMs = 8000;

/** What was told last, for a moment. */
export function useTold(): { told: string; tell: (text: string) => void } {
  const [{ text, count }, set] = useState({ text: "", count: 0 });
  const tell = useCallback((said: string) => set((before) => ({ text: said, count: before.count + 1 })), []);
  useEffect(() => {
    if (text === "") return;
    const timer = setTimeout(() => set((before) => ({ ...before, text: "" })), shownForMs);
    return () => clearTimeout(timer);
  }, [text, count]);
  return { told: text, tell };
}
