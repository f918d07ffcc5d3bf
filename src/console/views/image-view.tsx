import { useEffect, useRef, useState } from "preact/hooks";
import type { Versioned } from "../api/image.ts";
import { formatRoute } from "../route.ts";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import type { ViewProps } from "../view-props.ts";
import { EditForm } from "./image/edit-form.tsx";
import { Facts } from "./image/facts.tsx";
import { ImageActions } from "./image/image-actions.tsx";
import { ReadOnlyFields } from "./image/read-only-fields.tsx";
import { Sharing } from "./sharing/sharing.tsx";

type Opened = Versioned & { account: string };

/** One image: what it is, its fields to edit, who may use it. */
export function ImageView({ id, ...props }: ViewProps & { id: string }) {
  const { client, settled, go, tell, setUnsaved } = props;
  const [hasEdits, setEdits] = useState(false);
  const loaded = useLoaded(`image ${id}`, async (): Promise<Opened> => {
    const [versioned, account] = await Promise.all([client.getImage(id), client.getAccountId()]);
    return { ...versioned, account };
  });
  // What is being edited stays: the service says when somebody else changed the image.
  useEffect(() => {
    if (settled > 0 && !hasEdits) loaded.reload();
  }, [settled]);
  const { value, refusal, isLoading, reload } = loaded;
  // The form is made anew for another revision: what is being edited keeps the revision that it began with.
  const edited = useRef(value);
  if (!hasEdits) edited.current = value;
  if (!value) return refusal ? <RefusalNotice refusal={refusal} onRetry={reload} /> : <p role="status">Loading…</p>;
  const { image, etag, account } = value;
  const base = edited.current ?? value;
  const isOwn = image.owner === account;
  const isShared = !isOwn && (image.acl ?? []).includes(account);
  const setHasEdits = (has: boolean) => {
    setEdits(has);
    setUnsaved(has);
  };
  return (
    <>
      <p class="quiet">
        <a href={formatRoute({ view: "images" })}>Images</a>
      </p>
      <h1>
        <bdi>{image.name}</bdi> <bdi class="quiet">{image.version}</bdi>
      </h1>
      {refusal && <RefusalNotice refusal={refusal} onRetry={reload} />}
      <div class="columns">
        <div>
          {isOwn && (client.may("images:update", id) || client.may("images:tag", id)) ? (
            <EditForm
              key={base.etag}
              client={client}
              base={base}
              tell={tell}
              setHasEdits={setHasEdits}
              onSaved={(saved) => {
                setHasEdits(false);
                loaded.replace({ ...saved, account });
              }}
            />
          ) : (
            <ReadOnlyFields image={image} />
          )}
        </div>
        <aside>
          <Facts image={image} tell={tell} />
          {isOwn && (
            <p>
              <a class="button" href={formatRoute({ view: "history", id })}>
                History
              </a>
            </p>
          )}
          {client.may("images:share", id) && (
            <Sharing
              {...{ client, image, tell, go, isOwn }}
              onChanged={() => {
                if (!hasEdits) reload();
              }}
            />
          )}
          <ImageActions
            {...{ client, image, etag, isLoading, tell, go, isOwn, isShared }}
            onLeave={() => setHasEdits(false)}
          />
        </aside>
      </div>
    </>
  );
}
