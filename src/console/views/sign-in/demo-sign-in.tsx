import { useState } from "preact/hooks";
import { KeyFileRefused } from "../../keys/key-file-refused.ts";
import { loadPart } from "../../load-part.ts";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { SignIn } from "./sign-in.ts";

const isLocal = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);

/**
 * Signs in to the local demo with the key that `npm start` printed. It takes a click: a link alone, which anybody may
 * send, signs nobody in.
 */
export function DemoSignIn({ seed, signIn }: { seed: string; signIn: SignIn }) {
  const { attempt, refusal } = useAttempt();
  const [mistake, setMistake] = useState("");
  const enter = () =>
    attempt(async () => {
      try {
        const { readDemoKey } = await loadPart(() => import("../../keys/demo-key.ts"));
        // The page leaves this address as soon as somebody is signed in.
        await signIn("demo", await readDemoKey(seed));
      } catch (error) {
        if (!(error instanceof KeyFileRefused)) throw error;
        setMistake(error.message);
      }
    });
  if (!isLocal) return <p class="notice warn">A demo key is for the service of your own machine alone.</p>;
  return (
    <section class="panel" aria-labelledby="demo">
      <h2 id="demo">The demo of this machine</h2>
      <p>
        <code>npm start</code> made a throwaway key for the account <b>demo</b>.
      </p>
      {refusal && <RefusalNotice refusal={refusal} />}
      {mistake && (
        <p class="mistake" role="alert">
          {mistake}
        </p>
      )}
      <button type="button" class="primary" onClick={enter}>
        Sign in as demo
      </button>
    </section>
  );
}
