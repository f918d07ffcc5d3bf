import { useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { makeIntent } from "../../api/intents.ts";
import type { Refusal } from "../../api/refusal.ts";
import { Action } from "../../ui/action.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { listRoute } from "../../ui/last-list.ts";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { ViewProps } from "../../view-props.ts";

type Props = ViewProps & {
  image: Image;
  etag: string;
  /** While the image is read again, `etag` may be old. */
  isLoading: boolean;
  isOwn: boolean;
  /** Shared by acl: only such an image can be cloned. */
  isShared: boolean;
};

/** Clone an image that is shared, delete one's own. */
export function ImageActions(props: Props) {
  const { client, store, image, tell, go, isLoading, isOwn, isShared } = props;
  const [isAsking, setAsking] = useState(false);
  const { attempt, refusal, isBusy } = useAttempt();
  const [intent] = useState(() => makeIntent({ account: client.account, image: image.id, kind: "clone" }));
  if (!client.may(isOwn ? "images:delete" : "images:clone", image.id)) return null;
  if (isOwn) {
    return (
      <>
        <Action class="danger" isOff={isLoading} onClick={() => setAsking(true)}>
          Delete…
        </Action>
        {isAsking && <DeleteImage {...props} onClose={() => setAsking(false)} />}
      </>
    );
  }
  if (!isShared) return null;
  const clone = () =>
    attempt(async () => {
      const { image: cloned } = await store.write(intent);
      tell("Cloned. This is your own copy.");
      if (cloned) go({ view: "image", id: cloned.id });
    });
  return (
    <>
      {refusal && <RefusalNotice refusal={refusal} />}
      <Action isOff={isBusy} onClick={clone}>
        Clone
      </Action>
    </>
  );
}

/** Nobody deletes by a slip: the name has to be typed. */
function DeleteImage({ client, store, image, etag, tell, go, onClose }: Props & { onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const { attempt, refusal, isBusy } = useAttempt();
  const [intent] = useState(() =>
    makeIntent({ account: client.account, image: image.id, kind: "delete", ifMatch: etag }),
  );
  const remove = (event: Event) => {
    event.preventDefault();
    if (isBusy || typed !== image.name) return;
    void attempt(async () => {
      await store.write(intent);
      tell(`Deleted ${image.name}.`);
      go(listRoute());
    });
  };
  return (
    <Dialog title="Delete the image?" onClose={onClose}>
      <form onSubmit={remove}>
        <p>
          <bdi>{image.name}</bdi> {image.version} is gone from every list, for everybody it is shared with too. It does
          not come back.
        </p>
        {refusal && <DeleteRefusal refusal={refusal} />}
        <Field id="typed-name" label={`Type the name of the image: ${image.name}`}>
          <input
            id="typed-name"
            autoComplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </Field>
        <div class="actions">
          <button type="submit" class="danger" aria-disabled={isBusy || typed !== image.name}>
            Delete the image
          </button>
          <button type="button" onClick={onClose}>
            Keep it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A 412 leaves nothing to compare here: the person looks again. */
const DeleteRefusal = ({ refusal }: { refusal: Refusal }) =>
  refusal.status === 412 ? (
    <p class="notice bad" role="alert">
      The image was changed meanwhile. Nothing was deleted. Close this, and look at the image again.
    </p>
  ) : (
    <RefusalNotice refusal={refusal} />
  );
