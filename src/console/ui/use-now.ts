import { useEffect, useState } from "preact/hooks";

const everyMs = 60_000;

/** Who wants to know that a minute has passed. One timer serves all, and none runs while the page is out of sight. */
const watchers = new Set<() => void>();
const timer = { id: 0 };

function tellAll(): void {
  for (const tell of watchers) tell();
}

/** Starts the timer where somebody can see what it moves, and stops it elsewhere. */
function start(): void {
  clearInterval(timer.id);
  if (document.visibilityState !== "visible" || watchers.size === 0) return;
  tellAll();
  timer.id = window.setInterval(tellAll, everyMs);
}

/** The time, ms since the epoch; renders again each minute while the page is visible. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tell = () => setNow(Date.now());
    watchers.add(tell);
    if (watchers.size === 1) {
      document.addEventListener("visibilitychange", start);
      start();
    }
    return () => {
      watchers.delete(tell);
      if (watchers.size > 0) return;
      document.removeEventListener("visibilitychange", start);
      clearInterval(timer.id);
    };
  }, []);
  return now;
}
