import { useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import { generateKey, makeKeyName } from "../../keys/generate-key.ts";
import type { SessionChanges } from "../../ui/use-session.ts";
import { addKey, type ChangeKeys } from "./change-keys.ts";

type Props = { client: Client; change: ChangeKeys; session: SessionChanges };

/** Replaces the key that is kept here by one that was made here and has no file. */
export function ReplaceKey({ client, change, session }: Props) {
  const [isBusy, setBusy] = useState(false);
  const replace = async () => {
    if (isBusy) return;
    setBusy(true);
    await change(async () => {
      const name = makeKeyName();
      const key = await generateKey(name);
      await addKey(client, { name, key: key.publicLine });
      // From here on it signs; the key before stays on the account.
      return (await session.replaceKey(key, name))
        ? `This browser signs with its own key now: ${name}.`
        : `You forgot the key meanwhile. The account has the key ${name}, which this browser did not keep: delete it.`;
    });
    setBusy(false);
  };
  return (
    <section class="panel" aria-labelledby="own-key">
      <h2 id="own-key">A key of this browser's own</h2>
      <p>
        The browser makes a key that exists nowhere else, adds it to the account, and keeps it in place of the one that
        signs now. If you lose this browser, delete the key with another one.
      </p>
      <button type="button" aria-disabled={isBusy} onClick={replace}>
        Make and use a new key
      </button>
    </section>
  );
}
