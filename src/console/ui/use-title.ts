import { useLayoutEffect } from "preact/hooks";

/** Names the page while a view is shown, for tabs, the browser's history and screen readers. */
export function useTitle(title: string): void {
  useLayoutEffect(() => {
    const before = document.title;
    document.title = `${title} – cloudapi-edge`;
    return () => {
      document.title = before;
    };
  }, [title]);
}
