import { useRef } from "preact/hooks";
import type { Update } from "../../api/image.ts";
import { type Intent, makeIntent } from "../../api/intents.ts";

/**
 * Answers the intent of an update over a revision: the same one while neither changes, so that a second click, or another
 * try after silence, is the same change under the same Idempotency-Key.
 */
export function useIntent(account: string, image: string): (update: Update, etag: string) => Intent {
  const last = useRef<{ name: string; intent: Intent } | null>(null);
  return (update, etag) => {
    const name = JSON.stringify([update, etag]);
    if (last.current?.name !== name) {
      last.current = { name, intent: makeIntent({ account, image, kind: "update", body: update, ifMatch: etag }) };
    }
    return last.current.intent;
  };
}
