type Props = { text: string; label: string; tell: (text: string) => void };

/** Copies a text, and says so. */
export function CopyButton({ text, label, tell }: Props) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => tell("Copied."),
      () => tell("The browser does not let this page copy: select the text instead."),
    );
  return (
    <button type="button" onClick={copy}>
      {label}
    </button>
  );
}
