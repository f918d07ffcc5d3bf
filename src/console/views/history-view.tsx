import { useState } from "preact/hooks";
import type { Client } from "../api/client.ts";
import type { AuditEntry, AuditPage, Versioned } from "../api/image.ts";
import { Refusal } from "../api/refusal.ts";
import { formatRoute } from "../route.ts";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useAttempt } from "../ui/use-attempt.ts";
import { useLoaded } from "../ui/use-loaded.ts";
import type { ViewProps } from "../view-props.ts";
import { Revert } from "./history/revert.tsx";
import { Revision } from "./history/revision.tsx";

/** @property current null where the image is destroyed @property readAt ISO 8601 */
type History = AuditPage & { current: Versioned | null; readAt: string };

/** What happened to an image, newest first, and how to take it back. */
export function HistoryView({ id, client, tell, go, settled }: ViewProps & { id: string }) {
  const [asked, setAsked] = useState<AuditEntry | null>(null);
  const { attempt, refusal: olderRefusal } = useAttempt();
  const loaded = useLoaded(`history ${id} ${settled}`, () => readHistory(client, id));
  const { value, isLoading, reload, replace } = loaded;
  const showOlder = ({ entries, nextMarker, ...rest }: History) =>
    attempt(async () => {
      if (nextMarker === null) return;
      const older = await client.audit(id, { marker: nextMarker });
      replace({ ...rest, ...older, entries: [...entries, ...older.entries] });
    });
  const notLoaded = <NotLoaded what="the history" loaded={loaded} readAt={value?.readAt ?? null} />;
  if (!value) return notLoaded;
  const { entries, nextMarker, current } = value;
  const mayRevert = client.may("images:update", id) && client.may("images:tag", id);
  return (
    <>
      <p class="quiet">
        <a href={formatRoute({ view: "images" })}>Images</a> ›{" "}
        <a href={formatRoute({ view: "image", id })}>{current?.image.name ?? id}</a>
      </p>
      <h1>History</h1>
      {notLoaded}
      {!current && <p class="notice warn">The image is deleted. Its history stays for a while.</p>}
      {entries.length === 0 && <p>Nothing is kept of what happened to this image.</p>}
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

async function readHistory(client: Client, id: string): Promise<History> {
  const [page, current] = await Promise.all([client.audit(id), readCurrent(client, id)]);
  return { ...page, current, readAt: new Date().toISOString() };
}

/** A destroyed image has a history, and no current state. Any other failure says nothing of the image. */
const readCurrent = (client: Client, id: string): Promise<Versioned | null> =>
  client.getImage(id).catch((error) => {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  });
