import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { KeyFileRefused } from "../../keys/key-file-refused.ts";
import { loadPart } from "../../load-part.ts";
import { describeInput, Field } from "../../ui/field.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { SignIn } from "./sign-in.ts";

type Mistakes = { login?: string; file?: string; passphrase?: string };

const hint = "Such as ~/.ssh/id_rsa: OpenSSH or PEM; RSA, ECDSA or Ed25519. It is read here and sent nowhere.";

/** Signs in with the private key file that a person has. The passphrase is asked for when the file needs one. */
export function KeyFileForm({ signIn }: { signIn: SignIn }) {
  const [login, setLogin] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const { attempt, refusal, isBusy, clear } = useAttempt();
  const passphraseInput = useRef<HTMLInputElement>(null);
  const isAsked = passphrase !== null;
  // Once, when it appears: later the person may be typing elsewhere.
  useLayoutEffect(() => passphraseInput.current?.focus(), [isAsked]);

  const submit = async (event: Event) => {
    event.preventDefault();
    clear();
    const missing = findMissing(login, file);
    setMistakes(missing);
    if (!file || missing.login) return;
    await attempt(async () => {
      try {
        const { readKeyFile } = await loadReader();
        const key = await readKeyFile(await readText(file), passphrase ?? undefined);
        await signIn(login.trim(), key);
      } catch (error) {
        if (!(error instanceof KeyFileRefused)) throw error;
        showMistake(error);
      }
    });
  };

  /** What is wrong with the file, or with its passphrase, which is asked for from then on. */
  const showMistake = ({ message, needsPassphrase }: KeyFileRefused) => {
    setMistakes(needsPassphrase ? { passphrase: message } : { file: message });
    if (needsPassphrase) setPassphrase((before) => before ?? "");
  };

  return (
    <form class="panel" onSubmit={submit} noValidate>
      <h2>With your key file</h2>
      {refusal && <RefusalNotice refusal={refusal} />}
      <LoginField id="file-login" login={login} mistake={mistakes.login} onInput={setLogin} />
      <Field id="key-file" label="Private key file" hint={hint} mistake={mistakes.file}>
        <input
          {...describeInput({ id: "key-file", hint, mistake: mistakes.file })}
          type="file"
          onChange={(event) => {
            setFile(event.currentTarget.files?.[0] ?? null);
            setPassphrase(null);
            setMistakes({});
          }}
        />
      </Field>
      {isAsked && (
        <Field id="passphrase" label="Passphrase of the key" mistake={mistakes.passphrase}>
          <input
            {...describeInput({ id: "passphrase", mistake: mistakes.passphrase })}
            type="password"
            autoComplete="off"
            ref={passphraseInput}
            value={passphrase}
            onInput={(event) => setPassphrase(event.currentTarget.value)}
          />
        </Field>
      )}
      <button type="submit" class="primary" disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}

/** No other view reads key files: who has signed in never loads it. */
const loadReader = () => loadPart(() => import("../../keys/read-key-file.ts"));

const readText = (file: File): Promise<string> =>
  file.text().catch(() => {
    throw new KeyFileRefused("The browser cannot read this file: it was moved or changed. Choose it again.");
  });

const findMissing = (login: string, file: File | null): Mistakes => ({
  ...(login.trim() === "" && { login: "Enter the login of your account." }),
  ...(!file && { file: "Choose the file of your private key." }),
});

type LoginFieldProps = {
  id: string;
  login: string;
  mistake: string | undefined;
  onInput: (login: string) => void;
};

/** The login of the account, as `SDC_ACCOUNT` or `TRITON_ACCOUNT` has it. */
export function LoginField({ id, login, mistake, onInput }: LoginFieldProps) {
  return (
    <Field id={id} label="Login" mistake={mistake}>
      <input
        {...describeInput({ id, mistake })}
        autoComplete="username"
        autoCapitalize="none"
        spellcheck={false}
        value={login}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </Field>
  );
}
