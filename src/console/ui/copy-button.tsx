type Props = {
  text: string;
  label: string;
  tell: (text: string) => void;
  class?: string;
  tabIndex?: number;
  /** What is copied, where the label alone does not say: for screen readers and whoever points at the button. */
  of?: string;
};

/** Copies a text, and says so. */
export function CopyButton({ text, label, tell, of, ...rest }: Props) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => tell("Copied."),
      () => tell("The browser does not let this page copy: select the text instead."),
    );
  return (
    <button
      type="button"
      {...rest}
      onClick={copy}
      {...(of && { title: `${label} of ${of}`, "aria-label": `${label} of ${of}` })}
    >
      {label}
    </button>
  );
}
