import type { Client } from "../../api/client.ts";
import type { AuditEntry, Versioned } from "../../api/image.ts";
import { Action } from "../../ui/action.tsx";
import { Differences } from "../../ui/difference.tsx";
import { Time } from "../../ui/time.tsx";
import { Caller } from "./caller.tsx";
import { mayUndo, type Undoable, UndoButton } from "./undo.tsx";

type Props = {
  entry: AuditEntry;
  client: Client;
  current: Versioned | null;
  /** While the history is read again, `current` may be old: what is made over it would be refused. */
  isLoading: boolean;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
  onRevert: (() => void) | undefined;
  onUndo: (asked: Undoable) => void;
};

/** One revision: when, what, by whom, and what it changed. */
export function Revision({ entry, client, current, isLoading, isChosen, onChoose, onRevert, onUndo }: Props) {
  const { action, time, caller, revision, changes } = entry;
  const differences = Object.entries(changes ?? {}).map(([field, change]) => ({ field, ...change }));
  const undone = action === "provision" || revision === 1 ? null : current;
  return (
    <li id={`revision-${revision}`} tabIndex={-1}>
      <p class="when">
        <b>{describeAction(action)}</b> <span class="quiet">revision {revision}</span> <Time time={time} />
        <label>
          <input
            type="checkbox"
            aria-label={`Compare revision ${revision}`}
            checked={isChosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />{" "}
          Compare
        </label>
      </p>
      <p class="quiet">
        <Caller caller={caller} client={client} />
      </p>
      {changes === null ? (
        <p>What it changed is not known: the revision before is no longer kept.</p>
      ) : (
        <details open={JSON.stringify(changes).length < longCharacters}>
          <summary>{summarize(differences.map(({ field }) => field))}</summary>
          <Differences
            differences={differences}
            renderAction={(difference) =>
              undone &&
              mayUndo(client, difference.field, undone.image.id) && (
                <UndoButton {...{ revision, difference, isLoading }} current={undone} onAsk={onUndo} />
              )
            }
          />
        </details>
      )}
      {onRevert && (
        <div class="actions">
          <Action isOff={isLoading} onClick={onRevert}>
            Make the image as it was at revision {revision}…
          </Action>
        </div>
      )}
    </li>
  );
}

/** Longer ones are closed until somebody opens them. */
const longCharacters = 1500;

const words: Readonly<Record<string, string>> = {
  update: "Updated",
  revert: "Reverted",
  clone: "Cloned",
  delete: "Deleted",
  "add-acl": "Shared",
  "remove-acl": "Stopped sharing",
  leave: "An account left",
  "add-tags": "Tags added",
  "replace-tags": "Tags replaced",
  "delete-tag": "A tag deleted",
  "delete-tags": "All tags deleted",
  provision: "Provisioned",
};

/** What was done, in a word. @param action as the audit names it */
export const describeAction = (action: string): string => words[action] ?? action;

const summarize = (fields: readonly string[]): string =>
  fields.length === 0 ? "No field changed" : `Changed ${fields.join(", ")}`;
