import { useState } from "preact/hooks";
import type { AuditEntry, Versioned } from "../api/image.ts";
import { formatRoute } from "../route.ts";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useAttempt } from "../ui/use-attempt.ts";
import { useLoaded } from "../ui/use-loaded.ts";
import type { ViewProps } from "../view-props.ts";
import { Revert } from "./history/revert.tsx";
import { Revision } from "./history/revision.tsx";

/** As many as one answer holds. docs/contract.md#audit */
const pageSize = 100;

type History = { entries: AuditEntry[]; hasMore: boolean; current: Versioned | null };

/** What happened to an image, newest first, and how to take it back. */
export function HistoryView({ id, client, tell, go, settled }: ViewProps & { id: string }) {
  const [asked, setAsked] = useState<AuditEntry | null>(null);
  const { attempt, refusal: olderRefusal } = useAttempt();
  const { value, refusal, isLoading, reload, replace } = useLoaded(
    `history ${id} ${settled}`,
    async (): Promise<History> => {
      // A destroyed image has a history, and no current state.
      const [entries, current] = await Promise.all([client.audit(id), client.getImage(id).catch(() => null)]);
      return { entries, hasMore: entries.length === pageSize, current };
    },
  );
  const showOlder = ({ entries, current }: History) =>
    attempt(async () => {
      const marker = entries.at(-1)?.revision;
      if (marker === undefined) return;
      const older = await client.audit(id, { marker });
      replace({ entries: [...entries, ...older], hasMore: older.length === pageSize, current });
    });
  if (!value) return refusal ? <RefusalNotice refusal={refusal} onRetry={reload} /> : <p role="status">Loading…</p>;
  const { entries, hasMore, current } = value;
  return (
    <>
      <p class="quiet">
        <a href={formatRoute({ view: "images" })}>Images</a> ›{" "}
        <a href={formatRoute({ view: "image", id })}>{current?.image.name ?? id}</a>
      </p>
      <h1>History</h1>
      {refusal && <RefusalNotice refusal={refusal} onRetry={reload} />}
      {!current && <p class="notice warn">The image is deleted. Its history stays for a while.</p>}
      <ol class="timeline">
        {entries.map((entry, at) => (
          <Revision
            key={entry.revision}
            entry={entry}
            session={client.session}
            onRevert={current && at > 0 ? () => setAsked(entry) : undefined}
            {...{ client, current, isLoading, tell }}
            onChanged={reload}
          />
        ))}
      </ol>
      {olderRefusal && <RefusalNotice refusal={olderRefusal} />}
      {hasMore && (
        <button type="button" onClick={() => showOlder(value)}>
          Show older
        </button>
      )}
      {asked && current && (
        <Revert
          {...{ client, current, tell }}
          revision={asked.revision}
          onClose={() => setAsked(null)}
          onReverted={() => {
            setAsked(null);
            reload();
          }}
          onLookAgain={() => {
            setAsked(null);
            reload();
            go({ view: "history", id });
          }}
        />
      )}
    </>
  );
}
