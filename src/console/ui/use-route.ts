import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { formatRoute, type Route, readRoute } from "../route.ts";

const question = "You have changes that are not saved. Leave, and lose them?";

/** The view that the address names, and how to open another. Asks before what was typed is lost. */
export function useRoute(): { route: Route; go: (route: Route) => void; setUnsaved: (isUnsaved: boolean) => void } {
  const [hash, setHash] = useState(location.hash);
  const unsaved = useRef(false);
  const current = useRef(location.hash);
  useEffect(() => {
    const change = () => {
      if (location.hash === current.current) return;
      if (unsaved.current && !confirm(question)) {
        // The address is put back as it was; the view never left.
        history.pushState(null, "", current.current || "#/images");
        return;
      }
      unsaved.current = false;
      current.current = location.hash;
      setHash(location.hash);
    };
    const ask = (event: BeforeUnloadEvent) => {
      if (unsaved.current) event.preventDefault();
    };
    addEventListener("hashchange", change);
    addEventListener("beforeunload", ask);
    return () => {
      removeEventListener("hashchange", change);
      removeEventListener("beforeunload", ask);
    };
  }, []);
  const setUnsaved = useCallback((isUnsaved: boolean) => {
    unsaved.current = isUnsaved;
  }, []);
  return { route: readRoute(hash), go, setUnsaved };
}

function go(route: Route): void {
  location.hash = formatRoute(route);
}

/** Opens the list in place of the view, whose address the browser's history forgets. */
export function leaveAddress(): void {
  history.replaceState(null, "", formatRoute({ view: "images" }));
  dispatchEvent(new HashChangeEvent("hashchange"));
}
