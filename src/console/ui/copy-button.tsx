type Props = {
  text: string;
  label: string;
  tell: (text: string) => void;
  class?: string;
  tabIndex?: number;
  /** In place of the label, which is then said to screen readers and whoever points at the button. */
  icon?: string;
};

/** Copies a text, and says so. */
export function CopyButton({ text, label, tell, icon, ...rest }: Props) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => tell("Copied."),
      () => tell("The browser does not let this page copy: select the text instead."),
    );
  return (
    <button type="button" {...rest} onClick={copy} {...(icon && { title: label, "aria-label": label })}>
      {icon ?? label}
    </button>
  );
}
