import { useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { makeIntent } from "../../api/intents.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { listRoute } from "../../ui/last-list.ts";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { ViewProps } from "../../view-props.ts";

type Props = ViewProps & { image: Image };

/** Takes oneself out of the acl of an image that somebody shared. */
export function Leave({ client, store, image, tell, go }: Props) {
  const [isAsking, setAsking] = useState(false);
  const { attempt, refusal, isBusy } = useAttempt();
  const leave = () =>
    attempt(async () => {
      const self = await client.getAccountId();
      const target = { account: client.account, image: image.id };
      await store.write(makeIntent({ ...target, kind: "leave", body: { acl: [self] } }));
      tell("You left the image.");
      go(listRoute());
    });
  return (
    <section class="panel" aria-labelledby="shared-with-you">
      <h2 id="shared-with-you">Shared with you</h2>
      <p>Its owner shares this image with your account.</p>
      <button type="button" onClick={() => setAsking(true)}>
        Leave…
      </button>
      {isAsking && (
        <Dialog title="Leave this image?" onClose={() => setAsking(false)}>
          <p>It goes from your lists at once. Its owner alone can share it with you again.</p>
          {refusal && <RefusalNotice refusal={refusal} />}
          <div class="actions">
            <button type="button" class="danger" disabled={isBusy} onClick={leave}>
              Leave the image
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Stay
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
