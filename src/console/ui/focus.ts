import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Puts the focus at the beginning of the view. */
export function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>("main h1");
  heading?.setAttribute("tabindex", "-1");
  (heading ?? document.querySelector<HTMLElement>("#main"))?.focus();
}

const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body;

/**
 * After the page has drawn, if what had the focus is gone: to another element, or to the heading.
 *
 * @param other where the focus was before
 */
export function catchFocus(other: Element | null = null): void {
  queueMicrotask(() => {
    if (isLost() && other instanceof HTMLElement) other.focus();
    if (isLost()) focusHeading();
  });
}

/** For an element that may go while it has the focus, such as a notice with a button: the focus then stays in the view. */
export function useFocusCaught<Of extends HTMLElement>(): RefObject<Of | null> {
  const element = useRef<Of>(null);
  useLayoutEffect(
    () => () => {
      if (element.current?.contains(document.activeElement)) catchFocus();
    },
    [],
  );
  return element;
}
