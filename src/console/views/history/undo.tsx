import { useId, useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import { editableFields, type Versioned } from "../../api/image.ts";
import { makeIntent } from "../../api/intents.ts";
import { listChanges } from "../../edit/difference.ts";
import type { Difference } from "../../edit/merge.ts";
import { takeBack } from "../../edit/take-back.ts";
import { Action } from "../../ui/action.tsx";
import { AskChange, type AskProps } from "./ask-change.tsx";

/** One field of one revision. */
export type Undoable = { revision: number; difference: Difference };

/** Whether a field is one that an edit, and so an undo, can change. */
export const mayUndo = (client: Client, field: string, id: string): boolean =>
  editableFields.some((editable) => editable === field) &&
  client.may(field === "tags" ? "images:tag" : "images:update", id);

type ButtonProps = Undoable & { current: Versioned; isLoading: boolean; onAsk: (asked: Undoable) => void };

/** Beside a field of a revision. Off, with the reason, where the field is again as it was before the revision. */
export function UndoButton({ revision, difference, current, isLoading, onAsk }: ButtonProps) {
  const reasonId = useId();
  const isUndone = listChanges(current.image, takeBack(difference, current.image)).length === 0;
  return (
    <>
      <Action
        class="small"
        label={`Undo ${difference.field} of revision ${revision}`}
        isOff={isUndone || isLoading}
        reasonId={isUndone ? reasonId : undefined}
        onClick={() => onAsk({ revision, difference })}
      >
        Undo
      </Action>
      {isUndone && (
        <span class="hint" id={reasonId}>
          It is as before already.
        </span>
      )}
    </>
  );
}

/** Takes back what one revision did to one field. What was changed since in other fields, or in other tags, stays. */
export function Undo({ undo: { revision, difference }, ...props }: AskProps & { undo: Undoable }) {
  const { store, current } = props;
  const [intent] = useState(() =>
    makeIntent({
      account: store.client.account,
      image: current.image.id,
      kind: "update",
      body: takeBack(difference, current.image),
      ifMatch: current.etag,
    }),
  );
  return (
    <AskChange
      {...props}
      title={`Undo ${difference.field} of revision ${revision}?`}
      intent={intent}
      verb="Undo"
      done={`Took back ${difference.field} of revision ${revision}.`}
    >
      <p>The field goes back to what it was before the revision, as a new revision. This changes now:</p>
    </AskChange>
  );
}
