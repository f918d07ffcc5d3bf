import type { ComponentChildren } from "preact";
import type { Client } from "../../api/client.ts";
import type { Versioned } from "../../api/image.ts";
import type { Intent } from "../../api/intents.ts";
import { listDifferences } from "../../edit/difference.ts";
import { Action } from "../../ui/action.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Differences } from "../../ui/difference.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import { useLoaded } from "../../ui/use-loaded.ts";

/** What the dialogs of the history have in common. */
export type AskProps = {
  client: Client;
  /** The image as it is shown, which the change is made over. */
  current: Versioned;
  tell: (text: string) => void;
  onClose: () => void;
  /** The change was made, or somebody else made one: the history is read again. */
  onChanged: () => void;
};

type Props = AskProps & {
  title: string;
  intent: Intent;
  /** What the button says. */
  verb: string;
  /** What is said once it is done. */
  done: string;
  children: ComponentChildren;
};

/** Shows what a change would make of the image, by a dry run of it, and makes it over what was shown. */
export function AskChange({ client, current, tell, onClose, onChanged, title, intent, verb, done, children }: Props) {
  const rehearsal = useLoaded(`rehearse ${intent.id}`, () => client.rehearse(intent));
  const { attempt, refusal, isBusy } = useAttempt();
  const shown = refusal ?? rehearsal.refusal;
  const image = rehearsal.value?.image;
  const differences = image ? listDifferences({ ...current.image }, { ...image }) : null;
  const close = (isChanged: boolean) => {
    onClose();
    if (isChanged) onChanged();
  };
  const make = () =>
    attempt(async () => {
      await client.write(intent);
      tell(done);
      close(true);
    });
  return (
    <Dialog title={title} onClose={() => close(refusal !== null)}>
      {children}
      {shown && <RefusalNotice refusal={shown} />}
      {shown?.status === 412 && (
        <button type="button" onClick={() => close(true)}>
          Look again
        </button>
      )}
      {differences?.length === 0 && <p>Nothing would change.</p>}
      {differences && differences.length > 0 && <Differences differences={differences} />}
      {!differences && !shown && <p role="status">Asking the service what would change…</p>}
      <div class="actions">
        <Action class="primary" isOff={isBusy || !differences || differences.length === 0} onClick={make}>
          {verb}
        </Action>
        <button type="button" onClick={() => close(refusal !== null)}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
