import { useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import { editableFields, type Update, type Versioned } from "../../api/image.ts";
import { type Intent, makeIntent } from "../../api/intents.ts";
import { type Difference, listChanges } from "../../edit/difference.ts";
import { takeBack } from "../../edit/take-back.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Differences } from "../../ui/difference.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";

type Props = {
  client: Client;
  current: Versioned;
  isLoading: boolean;
  tell: (text: string) => void;
  differences: readonly Difference[];
  onChanged: () => void;
};

/** Takes back what one revision did to one field. What was changed since in other fields, or in other tags, stays. */
export function TakeBack(props: Props) {
  const [asked, setAsked] = useState<Difference | null>(null);
  const { client, current, differences } = props;
  const mayTake = (field: string) => client.may(field === "tags" ? "images:tag" : "images:update", current.image.id);
  const isEditable = (field: string) => editableFields.some((editable) => editable === field);
  const fields = differences.filter(({ field }) => isEditable(field) && mayTake(field));
  return (
    <>
      {fields.map((difference) => (
        <button
          key={difference.field}
          type="button"
          class="plain"
          disabled={props.isLoading}
          onClick={() => setAsked(difference)}
        >
          Take back {difference.field}…
        </button>
      ))}
      {asked && <Ask {...props} difference={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Ask({
  client,
  current,
  tell,
  difference,
  onChanged,
  onClose,
}: Props & { difference: Difference; onClose: () => void }) {
  const { attempt, refusal, isBusy } = useAttempt();
  const update = takeBack(difference, current.image);
  const [intent] = useState(() => makeUpdate({ client, current, update }));
  const changes = listChanges(current.image, update);
  return (
    <Dialog title={`Take back ${difference.field}?`} onClose={onClose}>
      {changes.length === 0 ? (
        <p>The field is so already.</p>
      ) : (
        <>
          <p>This makes of the image as it is now:</p>
          <Differences differences={changes} />
        </>
      )}
      {refusal && <RefusalNotice refusal={refusal} />}
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={isBusy || changes.length === 0}
          onClick={() =>
            attempt(async () => {
              await client.write(intent);
              tell(`Took back ${difference.field}.`);
              onClose();
              onChanged();
            })
          }
        >
          Take it back
        </button>
        <button
          type="button"
          onClick={() => {
            onClose();
            if (refusal) onChanged();
          }}
        >
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

const makeUpdate = ({ client, current, update }: { client: Client; current: Versioned; update: Update }): Intent =>
  makeIntent({
    account: client.account,
    image: current.image.id,
    kind: "update",
    body: update,
    ifMatch: current.etag,
  });
