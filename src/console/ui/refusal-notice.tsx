import type { ComponentChildren } from "preact";
import { describeRefusal } from "../api/describe-refusal.ts";
import type { Refusal } from "../api/refusal.ts";
import { useFocusCaught } from "./focus.ts";

type Props = {
  refusal: Refusal;
  /** What happened and what to do, where the usual words do not fit. */
  text?: string | undefined;
  advice?: string | undefined;
  onRetry?: () => void;
  /** What else there is to know, in paragraphs. */
  children?: ComponentChildren;
};

/** Says why the service did not do what it was asked, and what to do. Read out at once. */
export function RefusalNotice({ refusal, onRetry, children, ...props }: Props) {
  const notice = useFocusCaught<HTMLDivElement>();
  const { title, text, advice } = { ...describeRefusal(refusal), ...props };
  return (
    <div class="notice bad" role="alert" ref={notice}>
      <strong>{title}</strong>
      <p>{text}</p>
      {advice && <p>{advice}</p>}
      {children}
      {refusal.code === "OldPage" ? (
        <button type="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      ) : (
        onRetry && (
          <button type="button" onClick={onRetry}>
            Try again
          </button>
        )
      )}
    </div>
  );
}
