import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client.ts";
import { dropIntent, type Intent, type IntentKind } from "../api/intents.ts";
import { formatRoute } from "../route.ts";
import type { ImageStore } from "../store/image-store.ts";
import { Action } from "../ui/action.tsx";
import { useFocusCaught } from "../ui/focus.ts";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { formatTime } from "../ui/time.tsx";
import { useAttempt } from "../ui/use-attempt.ts";

type Props = { client: Client; store: ImageStore; tell: (text: string) => void };

/** Changes that were sent and never answered: the person sends them again, under their own key, or gives them up. */
export function UnansweredIntents({ client, store, tell }: Props) {
  const [intents, setIntents] = useState<Intent[]>([]);
  const { attempt, refusal, isBusy, clear } = useAttempt();
  useEffect(() => {
    const read = () => void client.listUnanswered().then(setIntents, () => undefined);
    read();
    const timer = setInterval(read, 2000);
    addEventListener("hashchange", read);
    return () => {
      clearInterval(timer);
      removeEventListener("hashchange", read);
    };
  }, [client]);
  const settle = async (act: () => Promise<string>) => {
    await attempt(async () => tell(await act()));
    setIntents(await client.listUnanswered());
  };
  const refused = refusal && (
    <RefusalNotice refusal={refusal}>
      {intents.length === 0 && (
        <button type="button" onClick={clear}>
          Dismiss
        </button>
      )}
    </RefusalNotice>
  );
  if (intents.length === 0) return refused;
  return (
    <section class="notice warn" aria-labelledby="unanswered">
      <h2 id="unanswered">No answer says whether a change of yours was made</h2>
      <p>It may have been made or not. Sent again, it is made once.</p>
      {refused}
      <ul>
        {intents.map((intent) => (
          <Item key={intent.id}>
            {words[intent.kind]}, <a href={formatRoute({ view: "image", id: intent.image })}>{intent.image}</a>,{" "}
            {formatTime(intent.madeAt)}{" "}
            <Action
              isOff={isBusy}
              onClick={() =>
                settle(async () => {
                  const { isReplayed } = await store.write(intent);
                  return isReplayed ? "It had been made already." : "It is made now.";
                })
              }
            >
              Send again
            </Action>{" "}
            <Action
              isOff={isBusy}
              onClick={() =>
                settle(async () => {
                  await dropIntent(intent);
                  return "Given up. Look at the image's history to see whether it was made.";
                })
              }
            >
              Give up
            </Action>
          </Item>
        ))}
      </ul>
    </section>
  );
}

/** It goes while one of its buttons has the focus. */
function Item({ children }: { children: ComponentChildren }) {
  const item = useFocusCaught<HTMLLIElement>();
  return <li ref={item}>{children}</li>;
}

const words: Readonly<Record<IntentKind, string>> = {
  update: "Edit",
  "add-acl": "Share",
  "remove-acl": "Stop sharing",
  leave: "Leave",
  "add-tags": "Add tags",
  "replace-tags": "Replace tags",
  "delete-tag": "Delete a tag",
  revert: "Revert",
  clone: "Clone",
  delete: "Delete",
};
