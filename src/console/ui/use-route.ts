import { useEffect, useState } from "preact/hooks";
import { formatRoute, type Route, readRoute } from "../route.ts";

/** The view that the address names, and how to open another. */
export function useRoute(): { route: Route; go: (route: Route) => void } {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const change = () => setHash(location.hash);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return { route: readRoute(hash), go };
}

function go(route: Route): void {
  location.hash = formatRoute(route);
}

/** Opens the list in place of the view, whose address the browser's history forgets. */
export function leaveAddress(): void {
  history.replaceState(null, "", formatRoute({ view: "images" }));
  dispatchEvent(new HashChangeEvent("hashchange"));
}
