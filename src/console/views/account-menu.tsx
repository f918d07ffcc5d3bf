import { useState } from "preact/hooks";
import { Client } from "../api/client.ts";
import type { Session } from "../keys/kept-session.ts";
import { formatRoute } from "../route.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useAttempt } from "../ui/use-attempt.ts";

type Props = { client: Client; onChange: (session: Session | null) => Promise<void> };

/** Who is signed in, as whom an operator acts, and how to forget the key. */
export function AccountMenu({ client: { session }, onChange }: Props) {
  const [opened, setOpened] = useState<"act" | "forget" | null>(null);
  const close = () => setOpened(null);
  const openKeys = () => {
    close();
    location.hash = formatRoute({ view: "keys" });
  };
  return (
    <div class="account">
      <span>
        <bdi>{session.login}</bdi>
        {session.actAs !== null && (
          <span class="chip warn">
            acts as <bdi>{session.actAs}</bdi>
          </span>
        )}
      </span>
      {session.scope !== undefined ? null : session.actAs === null ? (
        <button type="button" class="plain" onClick={() => setOpened("act")}>
          Act as…
        </button>
      ) : (
        <button type="button" class="plain" onClick={() => onChange({ ...session, actAs: null })}>
          Stop acting
        </button>
      )}
      <button type="button" class="plain" onClick={() => setOpened("forget")}>
        Forget key
      </button>
      {opened === "act" && <ActAs session={session} onChange={onChange} onClose={close} />}
      {opened === "forget" && (
        <Dialog title="Forget the key?" onClose={close}>
          <p>
            This removes it from this browser. You need its file to sign in again; a key that was made here has none, so
            delete it from the account first, under Keys.
          </p>
          <p class="mono">{session.key.fingerprint}</p>
          <div class="actions">
            <button type="button" class="danger" onClick={() => onChange(null)}>
              Forget the key
            </button>
            <button type="button" onClick={openKeys}>
              Open Keys
            </button>
            <button type="button" onClick={close}>
              Keep it
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

type ActAsProps = { session: Session; onChange: Props["onChange"]; onClose: () => void };

/** The account to act as is asked for before it is taken: the service says whether the caller is an operator. */
function ActAs({ session, onChange, onClose }: ActAsProps) {
  const [account, setAccount] = useState("");
  const { attempt, refusal, isBusy } = useAttempt();
  const act = async (event: Event) => {
    event.preventDefault();
    const next = { ...session, actAs: account.trim() };
    if (next.actAs === "" || isBusy) return;
    await attempt(async () => {
      await new Client(next).getAccount();
      onClose();
      await onChange(next);
    });
  };
  return (
    <Dialog title="Act as another account" onClose={onClose}>
      <form onSubmit={act}>
        <p>Operators see and change what the other account may. The audit names your key.</p>
        {refusal && <RefusalNotice refusal={refusal} />}
        <Field id="act-as" label="Login or UUID">
          <input
            id="act-as"
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
