import type { ComponentChildren } from "preact";

type Props = {
  class?: string;
  /** Whether it does nothing for now. */
  isOff: boolean;
  /** What it does, where its text alone does not say to what. */
  label?: string;
  /** The id of the element that says why it is off. */
  reasonId?: string | undefined;
  onClick: () => void;
  children: ComponentChildren;
};

/** A button that keeps the focus while it does nothing: the browser takes it from one that is `disabled`. */
export const Action = ({ isOff, label, reasonId, onClick, children, ...rest }: Props) => (
  <button
    type="button"
    {...rest}
    aria-label={label}
    aria-disabled={isOff || undefined}
    aria-describedby={reasonId}
    onClick={isOff ? undefined : onClick}
  >
    {children}
  </button>
);
