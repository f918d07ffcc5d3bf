import { useEffect, useState } from "preact/hooks";
import { formatRoute, type Route, readRoute } from "../route.ts";
import { noteList } from "./last-list.ts";

/** The view that the address names, and how to open another. */
export function useRoute(): { route: Route; go: (route: Route) => void } {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = () => setHash(location.hash);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  const route = readRoute(hash);
  if (route.view === "images") noteList(route);
  return { route, go };
}

function go(route: Route): void {
  location.hash = formatRoute(route);
}

/**
 * Opens a view before the next event, so that an input that the address holds never shows an older text.
 *
 * @param isInPlace the browser's history forgets the address of the view that was open
 */
export function openAtOnce(route: Route, { isInPlace }: { isInPlace: boolean }): void {
  const address = formatRoute(route);
  if (isInPlace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Opens the list in place of the view, whose address the browser's history forgets. */
export const leaveAddress = (): void => openAtOnce({ view: "images" }, { isInPlace: true });
