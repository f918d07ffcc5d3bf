import { Client } from "../api/client.ts";
import type { Session } from "../keys/kept-session.ts";
import { loadPart } from "../load-part.ts";
import type { Route } from "../route.ts";
import { Heading } from "../ui/heading.tsx";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { readOwnKey, type SessionChanges } from "../ui/use-session.ts";
import type { SignIn } from "./sign-in/sign-in.ts";

type Props = {
  route: Route;
  /** Why nobody is signed in any more, where another tab did that. */
  why: string;
  onSignIn: SessionChanges["signIn"];
  tell: (text: string) => void;
};

/** Signs a person in: with a private key file, or with a key that is made here. Who is signed in loads no more than this. */
export function SignInView({ route, why, onSignIn, tell }: Props) {
  const ways = useLoaded("ways to sign in", () => loadPart(() => import("./sign-in/ways-to-sign-in.tsx")));
  const signIn: SignIn = async (login, key, { isPending } = { isPending: false }) => {
    const session: Session = { login, key, actAs: null };
    const client = new Client(session);
    const [own] = await Promise.all([readOwnKey(client), client.getAccount()]);
    const isKept = await onSignIn({ ...session, ...own }, isPending);
    tell(isKept ? `Signed in as ${login}.` : "You threw this key away in another tab.");
  };
  if (!isSecureContext) {
    return (
      <>
        <Heading title="Sign in" />
        <p class="notice warn">
          Browsers sign on pages of https and of this machine (127.0.0.1, localhost) alone. Open the console at such an
          address.
        </p>
      </>
    );
  }
  return (
    <>
      <Heading title="Sign in" />
      {why && (
        <p class="notice warn" role="status">
          {why}
        </p>
      )}
      <p class="intro">
        The console signs each request in this browser, as <code>triton</code> does. Your private key never leaves it.
      </p>
      {ways.value ? (
        <ways.value.WaysToSignIn route={route} signIn={signIn} tell={tell} />
      ) : ways.refusal ? (
        <RefusalNotice refusal={ways.refusal} onRetry={ways.reload} />
      ) : (
        <p role="status">Loading…</p>
      )}
    </>
  );
}
