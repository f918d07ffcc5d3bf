import type { Route } from "../../route.ts";
import { DemoSignIn } from "./demo-sign-in.tsx";
import { KeyFileForm } from "./key-file-form.tsx";
import { NewKeyForm } from "./new-key-form.tsx";
import type { SignIn } from "./sign-in.ts";

type Props = { route: Route; signIn: SignIn; tell: (text: string) => void };

export const WaysToSignIn = ({ route, signIn, tell }: Props) => (
  <>
    {route.view === "demo" && <DemoSignIn seed={route.seed} signIn={signIn} />}
    <div class="ways">
      <KeyFileForm signIn={signIn} />
      <NewKeyForm signIn={signIn} tell={tell} />
    </div>
  </>
);
