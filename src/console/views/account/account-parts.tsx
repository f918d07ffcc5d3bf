import { formatRoute } from "../../route.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { AccountDialog, AccountProps } from "./account-props.ts";
import { ActAs } from "./act-as.tsx";
import { NamesDialog } from "./names-dialog.tsx";

export { AccountPanel } from "./account-panel.tsx";

type Props = AccountProps & { dialog: AccountDialog; onClose: () => void };

/** The dialogs that the account's menu opens. */
export function AccountDialogs({ dialog, ...props }: Props) {
  if (dialog === "act-as") return <ActAs {...props} />;
  return dialog === "names" ? <NamesDialog {...props} /> : <Forget {...props} />;
}

function Forget({ client, session, onClose }: Omit<Props, "dialog">) {
  const { attempt, refusal } = useAttempt();
  const openKeys = () => {
    onClose();
    location.hash = formatRoute({ view: "keys" });
  };
  return (
    <Dialog title="Forget the key?" onClose={onClose}>
      <p>
        This removes it from this browser, in every tab. You need its file to sign in again; a key that was made here
        has none, so delete it from the account first, under Keys.
      </p>
      <p class="mono">{client.session.key.fingerprint}</p>
      {refusal && (
        <RefusalNotice refusal={refusal} advice="The key may still be kept. Clear this site's data in the browser." />
      )}
      <div class="actions">
        <button type="button" class="danger" onClick={() => attempt(() => session.forget("forgotten"))}>
          Forget the key
        </button>
        <button type="button" onClick={openKeys}>
          Open Keys
        </button>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
