import { useEffect, useState } from "preact/hooks";
import { generateKey, makeKeyName } from "../../keys/generate-key.ts";
import {
  forgetPendingKey,
  keepPendingKey,
  type PendingKey,
  readPendingKey,
  watchSession,
} from "../../keys/kept-session.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import { LoginField } from "./key-file-form.tsx";
import type { SignIn } from "./sign-in.ts";

type Props = { signIn: SignIn; tell: (text: string) => void };

/** Makes a key that never leaves this browser, and shows the line to add to the account. Kept through reloads. */
export function NewKeyForm({ signIn, tell }: Props) {
  const [pending, setPending] = useState<PendingKey | null>(null);
  useEffect(() => {
    // Another tab may make one, add it or throw it away.
    const read = () => void readPendingKey().then(setPending, () => undefined);
    read();
    return watchSession(read);
  }, []);
  const change = async (next: PendingKey | null) => {
    await (next ? keepPendingKey(next) : forgetPendingKey());
    setPending(next);
  };
  return (
    <section class="panel" aria-labelledby="new-key">
      <h2 id="new-key">With a new key</h2>
      {pending ? (
        <AddKey pending={pending} signIn={signIn} tell={tell} onDone={() => change(null)} />
      ) : (
        <MakeKey onMade={change} />
      )}
    </section>
  );
}

function MakeKey({ onMade }: { onMade: (pending: PendingKey) => Promise<void> }) {
  const [login, setLogin] = useState("");
  const [mistake, setMistake] = useState<string | undefined>();
  const make = async (event: Event) => {
    event.preventDefault();
    const name = login.trim();
    setMistake(name === "" ? "Enter the login of your account." : undefined);
    if (name !== "") await onMade({ login: name, key: await generateKey(makeKeyName()) });
  };
  return (
    <form onSubmit={make} noValidate>
      <p>The browser makes a key that no script can read. You add its public line to your account, once.</p>
      <LoginField id="new-login" login={login} mistake={mistake} onInput={setLogin} />
      <button type="submit">Make a key</button>
    </form>
  );
}

type AddKeyProps = { pending: PendingKey; signIn: SignIn; tell: (text: string) => void; onDone: () => Promise<void> };

function AddKey({ pending: { login, key }, signIn, tell, onDone }: AddKeyProps) {
  const { attempt, refusal, isBusy } = useAttempt();
  const command = `echo '${key.publicLine}' | triton key add -n ${key.publicLine.split(" ")[2]} -`;
  const enter = () =>
    attempt(async () => {
      await signIn(login, key, { isPending: true });
    });
  return (
    <>
      <p>
        Add this line to the account <b>{login}</b>, with a client that is signed in already:
      </p>
      <pre class="command">{command}</pre>
      <div class="actions">
        <CopyButton text={command} label="Copy the command" tell={tell} />
        <CopyButton text={key.publicLine} label="Copy the line alone" tell={tell} />
      </div>
      {refusal && <RefusalNotice refusal={refusal} />}
      <div class="actions">
        <button type="button" class="primary" disabled={isBusy} onClick={enter}>
          I have added it: sign in
        </button>
        <button type="button" disabled={isBusy} onClick={onDone}>
          Throw this key away
        </button>
      </div>
    </>
  );
}
