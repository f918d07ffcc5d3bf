import { describeRefusal } from "../api/describe-refusal.ts";
import type { Refusal } from "../api/refusal.ts";

type Props = {
  refusal: Refusal;
  /** What happened and what to do, where the usual words do not fit. */
  text?: string | undefined;
  advice?: string | undefined;
  onRetry?: () => void;
};

/** Says why the service did not do what it was asked, and what to do. Read out at once. */
export function RefusalNotice({ refusal, onRetry, ...props }: Props) {
  const { title, text, advice } = { ...describeRefusal(refusal), ...props };
  return (
    <div class="notice bad" role="alert">
      <strong>{title}</strong>
      <p>{text}</p>
      {advice && <p>{advice}</p>}
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
