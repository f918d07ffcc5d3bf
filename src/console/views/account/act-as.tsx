import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog.tsx";
import { describeInput, Field } from "../../ui/field.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";

import { useAttempt } from "../../ui/use-attempt.ts";
import type { AccountProps } from "./account-props.ts";

/** The account to act as is asked for before it is taken: the service says whether there is one. */
export function ActAs({ client, session, onClose }: AccountProps & { onClose: () => void }) {
  const [account, setAccount] = useState("");
  const [asked, setAsked] = useState("");
  const { attempt, refusal, isBusy } = useAttempt();
  const act = async (event: Event) => {
    event.preventDefault();
    const actAs = account.trim();
    if (actAs === "" || isBusy) return;
    setAsked(actAs);
    await attempt(async () => {
      await client.actingAs(actAs).getAccount();
      onClose();
      await session.actAs(actAs);
    });
  };
  const hint = "In this tab alone.";
  const missing = refusal?.status === 404 && {
    text: `There is no account ${asked}.`,
    advice: "Check its login or UUID.",
  };
  return (
    <Dialog title="Act as another account" onClose={onClose}>
      <form onSubmit={act}>
        <p>Operators see and change what the other account may. The audit names your key.</p>
        {refusal && <RefusalNotice refusal={refusal} {...missing} />}
        <Field id="act-as" label="Login or UUID" hint={hint}>
          <input
            {...describeInput({ id: "act-as", hint })}
            autoCapitalize="none"
            spellcheck={false}
            value={account}
            onInput={(event) => setAccount(event.currentTarget.value)}
          />
        </Field>
        <div class="actions">
          <button type="submit" class="primary" disabled={isBusy}>
            Act as this account
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
