import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useFocusCaught } from "./focus.ts";
import { RefusalNotice } from "./refusal-notice.tsx";
import { Time } from "./time.tsx";
import type { Loaded } from "./use-loaded.ts";

type Props = {
  /** What is read, with its article, such as `the history`. */
  what: string;
  loaded: Pick<Loaded<unknown>, "refusal" | "reload">;
  /** When what the view shows was read, ISO 8601; null while it shows nothing. */
  readAt: string | null;
};

/**
 * Why a view shows nothing, or not what is there now: it is being read, the network is away, no answer came, or the service
 * refused. Stands above what was read before, and shows nothing where that is new. Reads again when the network is back.
 */
export function NotLoaded({ what, loaded: { refusal, reload }, readAt }: Props) {
  const isOnline = useOnline(reload);
  const age = readAt !== null && (
    <p>
      What is below was read <Time time={readAt} />.
    </p>
  );
  if (!isOnline) {
    return (
      <Unreached title="You are offline">
        {age}
        <p>When the network is back, the page reads {what} by itself.</p>
      </Unreached>
    );
  }
  if (refusal?.status === 0) {
    return (
      <Unreached title="The service cannot be reached" onRetry={reload}>
        <p>No answer came: the service or the network between is away.</p>
        {age}
      </Unreached>
    );
  }
  if (refusal) {
    return (
      <RefusalNotice refusal={refusal} onRetry={reload}>
        {age}
      </RefusalNotice>
    );
  }
  return readAt === null ? (
    <p class="quiet" role="status">
      Loading {what}…
    </p>
  ) : null;
}

type UnreachedProps = { title: string; onRetry?: () => void; children: ComponentChildren };

function Unreached({ title, onRetry, children }: UnreachedProps) {
  const notice = useFocusCaught<HTMLDivElement>();
  return (
    <div class="notice warn" role="alert" ref={notice}>
      <strong>{title}</strong>
      {children}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Whether the browser has a network. @param onBack is called when it is back */
function useOnline(onBack: () => void): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const change = () => {
      setOnline(navigator.onLine);
      if (navigator.onLine) onBack();
    };
    addEventListener("online", change);
    addEventListener("offline", change);
    return () => {
      removeEventListener("online", change);
      removeEventListener("offline", change);
    };
  }, [onBack]);
  return isOnline;
}
