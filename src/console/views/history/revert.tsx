import { useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import type { Image, Versioned } from "../../api/image.ts";
import { type Intent, makeIntent } from "../../api/intents.ts";
import { type Difference, listDifferences } from "../../edit/difference.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Differences } from "../../ui/difference.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import { useLoaded } from "../../ui/use-loaded.ts";

type Props = {
  client: Client;
  current: Versioned;
  revision: number;
  tell: (text: string) => void;
  onClose: () => void;
  onReverted: () => void;
  /** Somebody else changed the image meanwhile. */
  onLookAgain: () => void;
};

/** Shows what a revert would change, by a dry run of it, and does it over what was shown. */
export function Revert({ client, current, revision, tell, onClose, onReverted, onLookAgain }: Props) {
  const [withAcl, setWithAcl] = useState(false);
  const [intents] = useState(() => ({
    without: makeRevert({ client, current, revision, withAcl: false }),
    with: makeRevert({ client, current, revision, withAcl: true }),
  }));
  const intent = withAcl ? intents.with : intents.without;
  const rehearsal = useLoaded(`rehearse ${withAcl}`, () => client.rehearse(intent));
  const { attempt, refusal, isBusy } = useAttempt();
  const shown = refusal ?? rehearsal.refusal;
  const image = rehearsal.value?.image;
  const differences = image ? compare(current.image, image) : null;
  return (
    <Dialog title={`Make the image as it was at revision ${revision}?`} onClose={onClose}>
      <p>Name, version, description, homepage, eula and tags go back, as a new revision. Nothing else moves.</p>
      {client.may("images:share", current.image.id) && (
        <label class="check">
          <input type="checkbox" checked={withAcl} onChange={(event) => setWithAcl(event.currentTarget.checked)} /> Give
          the acl back too. Grants that were withdrawn since come back with it.
        </label>
      )}
      {shown && <RefusalNotice refusal={shown} />}
      {shown?.status === 412 && (
        <button type="button" onClick={onLookAgain}>
          Look again
        </button>
      )}
      {differences?.length === 0 && <p>Nothing would change.</p>}
      {differences && differences.length > 0 && <Differences differences={differences} />}
      {!differences && !shown && <p role="status">Asking the service what would change…</p>}
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={isBusy || !differences || differences.length === 0}
          onClick={() =>
            attempt(async () => {
              await client.write(intent);
              tell(`The image is as it was at revision ${revision}.`);
              onReverted();
            })
          }
        >
          Revert
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

const compare = (one: Image, other: Image): Difference[] => listDifferences({ ...one }, { ...other });

type RevertOf = { client: Client; current: Versioned; revision: number; withAcl: boolean };

const makeRevert = ({ client, current, revision, withAcl }: RevertOf): Intent =>
  makeIntent({
    account: client.account,
    image: current.image.id,
    kind: "revert",
    ifMatch: current.etag,
    revision,
    withAcl,
  });
