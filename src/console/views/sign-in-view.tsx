import { Client } from "../api/client.ts";
import type { Session } from "../keys/kept-session.ts";
import type { Route } from "../route.ts";
import { DemoSignIn } from "./sign-in/demo-sign-in.tsx";
import { KeyFileForm } from "./sign-in/key-file-form.tsx";
import { NewKeyForm } from "./sign-in/new-key-form.tsx";
import type { SignIn } from "./sign-in/sign-in.ts";

type Props = { route: Route; onSignIn: (session: Session) => Promise<void>; tell: (text: string) => void };

/** Signs a person in: with a private key file, or with a key that is made here. */
export function SignInView({ route, onSignIn, tell }: Props) {
  const signIn: SignIn = async (login, key) => {
    const session: Session = { login, key, actAs: null };
    const client = new Client(session);
    const [{ scope }] = await Promise.all([client.getOwnKey(), client.getAccount()]);
    await onSignIn({ ...session, scope });
    tell(`Signed in as ${login}.`);
  };
  if (!isSecureContext) {
    return (
      <>
        <h1>Sign in</h1>
        <p class="notice warn">
          Browsers sign on pages of https and of this machine (127.0.0.1, localhost) alone. Open the console at such an
          address.
        </p>
      </>
    );
  }
  return (
    <>
      <h1>Sign in</h1>
      <p class="intro">
        The console signs each request in this browser, as <code>triton</code> does. Your private key never leaves it.
      </p>
      {route.view === "demo" && <DemoSignIn seed={route.seed} signIn={signIn} />}
      <div class="ways">
        <KeyFileForm signIn={signIn} />
        <NewKeyForm signIn={signIn} tell={tell} />
      </div>
    </>
  );
}
