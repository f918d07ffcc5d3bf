import { useFocusCaught } from "./focus.ts";

type Props = { text: string; onClose: () => void };

/** Says what happened, for a moment. What is beneath it can be clicked meanwhile. */
export const Told = ({ text, onClose }: Props) => (
  <div class="told" role="status">
    {text !== "" && <Saying text={text} onClose={onClose} />}
  </div>
);

function Saying({ text, onClose }: Props) {
  const saying = useFocusCaught<HTMLParagraphElement>();
  return (
    <p ref={saying}>
      <span>{text}</span>
      <button type="button" class="plain" aria-label="Dismiss the message" onClick={onClose}>
        ✕
      </button>
    </p>
  );
}
