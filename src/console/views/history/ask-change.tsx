import type { ComponentChildren } from "preact";
import type { Versioned } from "../../api/image.ts";
import type { Intent } from "../../api/intents.ts";
import { listDifferences } from "../../edit/difference.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { Action } from "../../ui/action.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Differences } from "../../ui/difference.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import { useLoaded } from "../../ui/use-loaded.ts";

/** What the dialogs of the history have in common. */
export type AskProps = {
  store: ImageStore;
  /** The image as it is shown, which the change is made over. */
  current: Versioned;
  tell: (text: string) => void;
  onClose: () => void;
  /** The change was refused: what is shown may be old. */
  onLookAgain: () => void;
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
export function AskChange({ store, current, tell, title, intent, verb, done, children, ...props }: Props) {
  const rehearsal = useLoaded(`rehearse ${intent.id}`, () => store.client.rehearse(intent));
  const { attempt, refusal, isBusy } = useAttempt();
  const shown = refusal ?? rehearsal.refusal;
  const image = rehearsal.value?.image;
  const differences = image ? listDifferences({ ...current.image }, { ...image }) : null;
  const make = () =>
    attempt(async () => {
      await store.write(intent);
      tell(done);
      props.onClose();
    });
  const close = () => {
    props.onClose();
    if (shown) props.onLookAgain();
  };
  return (
    <Dialog title={title} onClose={close}>
      {children}
      {shown && <RefusalNotice refusal={shown} />}
      {shown?.status === 412 && (
        <button type="button" onClick={close}>
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
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
