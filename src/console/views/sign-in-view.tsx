import type { Session } from "../keys/kept-session.ts";

type Props = { onSignIn: (session: Session) => Promise<void>; tell: (text: string) => void };

/** Signs a person in: with a private key file, or with a key that is made here. */
export function SignInView(_props: Props) {
  return <h1>Sign in</h1>;
}
