import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** Whether another view than the first was opened: the first one leaves the focus where the browser has it. */
const opened = { another: false };

addEventListener("hashchange", () => {
  opened.another = true;
});

/** The heading and the title of a view. When the view opens, the focus goes to it, unless the person has moved on already. */
export function Heading({ title, children = title }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} – cloudapi-edge`;
  }, [title]);
  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (opened.another && (!focused || focused === document.body || focused.closest("header, #main:focus")))
      heading.current?.focus();
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
