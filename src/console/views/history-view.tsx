import { useState } from "preact/hooks";
import type { AuditEntry, AuditPage, Versioned } from "../api/image.ts";
import { formatRoute } from "../route.ts";
import { listRoute } from "../ui/last-list.ts";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useAttempt } from "../ui/use-attempt.ts";
import { useLoaded } from "../ui/use-loaded.ts";
import type { ViewProps } from "../view-props.ts";
import { Revert } from "./history/revert.tsx";
import { Revision } from "./history/revision.tsx";

type History = AuditPage & { current: Versioned | null };

/** What happened to an image, newest first, and how to take it back. */
export function HistoryView({ id, client, tell, go }: ViewProps & { id: string }) {
  const [asked, setAsked] = useState<AuditEntry | null>(null);
  const { attempt, refusal: olderRefusal } = useAttempt();
  const { value, refusal, isLoading, reload, replace } = useLoaded(`history ${id}`, async (): Promise<History> => {
    // A destroyed image has a history, and no current state.
    const [page, current] = await Promise.all([client.audit(id), client.getImage(id).catch(() => null)]);
    return { ...page, current };
  });
  const showOlder = ({ entries, nextMarker, current }: History) =>
    attempt(async () => {
      if (nextMarker === null) return;
      const older = await client.audit(id, { marker: nextMarker });
      replace({ ...older, entries: [...entries, ...older.entries], current });
    });
  if (!value) return refusal ? <RefusalNotice refusal={refusal} onRetry={reload} /> : <p role="status">Loading…</p>;
  const { entries, nextMarker, current } = value;
  const mayRevert = client.may("images:update", id) && client.may("images:tag", id);
  return (
    <>
      <p class="quiet">
        <a href={formatRoute(listRoute())}>Images</a> ›{" "}
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
            onRevert={current && at > 0 && mayRevert ? () => setAsked(entry) : undefined}
            {...{ client, current, isLoading, tell }}
            onChanged={reload}
          />
        ))}
      </ol>
      {olderRefusal && <RefusalNotice refusal={olderRefusal} />}
      {nextMarker !== null && (
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
