import { useState } from "preact/hooks";
import { choosePair } from "../../edit/compare.ts";
import { formatRoute } from "../../route.ts";
import { Action } from "../../ui/action.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { Loaded } from "../../ui/use-loaded.ts";
import type { ViewProps } from "../../view-props.ts";
import type { History } from "./read-history.ts";
import { Revert } from "./revert.tsx";
import { Revision } from "./revision.tsx";
import { Undo, type Undoable } from "./undo.tsx";

type Props = Pick<ViewProps, "store" | "tell"> & {
  id: string;
  history: History;
  loaded: Pick<Loaded<History>, "reload" | "replace">;
  /** While the history is read again, `current` may be old. */
  isLoading: boolean;
  /** Revisions to compare: two at most. */
  chosen: readonly number[];
  setChosen: (chosen: readonly number[]) => void;
};

type Asked = { revert: number } | { undo: Undoable };

/** The revisions, newest first, and how to take them back. */
export function Timeline({ id, store, tell, history, loaded, isLoading, chosen, setChosen }: Props) {
  const { client } = store;
  const { reload, replace } = loaded;
  const [asked, setAsked] = useState<Asked | null>(null);
  const { attempt, refusal, isBusy } = useAttempt();
  const { entries, nextMarker, current } = history;
  const showOlder = () =>
    attempt(async () => {
      if (nextMarker === null) return;
      const older = await client.audit(id, { marker: nextMarker });
      replace({ ...history, ...older, entries: [...entries, ...older.entries] });
      const [first] = older.entries;
      // The button goes when nothing is older; those that it brought are what it was pressed for.
      if (first) requestAnimationFrame(() => document.getElementById(`revision-${first.revision}`)?.focus());
    });
  const mayRevert = client.may("images:update", id) && client.may("images:tag", id);
  const dialog = current && { store, current, tell, onClose: () => setAsked(null), onLookAgain: reload };
  const pair = choosePair(
    chosen,
    entries.map(({ revision }) => revision),
  );
  return (
    <>
      {pair && (
        <p class="comparing">
          <a class="button" id="compare" href={formatRoute({ view: "history", id, compare: pair })}>
            Compare revisions {pair[0]} and {pair[1]}
          </a>{" "}
          <span class="quiet">Tick others to compare them.</span>
        </p>
      )}
      {entries.length === 0 && <p>Nothing is kept of what happened to this image.</p>}
      <ol class="timeline">
        {entries.map((entry, at) => (
          <Revision
            key={entry.revision}
            {...{ entry, client, current, isLoading }}
            isChosen={chosen.includes(entry.revision)}
            // The one that was ticked first makes room for a third.
            onChoose={(isChosen) => {
              const others = chosen.filter((each) => each !== entry.revision);
              setChosen(isChosen ? [...others, entry.revision].slice(-2) : others);
            }}
            onRevert={current && at > 0 && mayRevert ? () => setAsked({ revert: entry.revision }) : undefined}
            onUndo={(undo) => setAsked({ undo })}
          />
        ))}
      </ol>
      {refusal && <RefusalNotice refusal={refusal} />}
      {nextMarker !== null && (
        <Action isOff={isBusy} onClick={showOlder}>
          Show older
        </Action>
      )}
      {dialog && asked && "revert" in asked && <Revert {...dialog} revision={asked.revert} />}
      {dialog && asked && "undo" in asked && <Undo {...dialog} undo={asked.undo} />}
    </>
  );
}
