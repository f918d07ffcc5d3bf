import { useEffect } from "preact/hooks";
import { formatRoute } from "../route.ts";
import { listNews } from "../store/opened.ts";
import { Heading } from "../ui/heading.tsx";
import { listRoute } from "../ui/last-list.ts";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { useStore } from "../ui/use-store.ts";
import type { ViewProps } from "../view-props.ts";
import { EditForm } from "./image/edit-form.tsx";
import { Facts } from "./image/facts.tsx";
import { ImageActions } from "./image/image-actions.tsx";
import { NewsNotice } from "./image/news-notice.tsx";
import { ReadOnlyFields } from "./image/read-only-fields.tsx";
import { Sharing } from "./sharing/sharing.tsx";

/** One image: what it is, its fields to edit, who may use it. */
export function ImageView({ id, ...props }: ViewProps & { id: string }) {
  const { client, go, tell } = props;
  const store = useStore(props.store);
  useEffect(() => void store.open(id), [store, id]);
  const opened = store.read(id);
  const { version, readAt, isLoading } = opened;
  const refusal = opened.refusal ?? store.feedRefusal;
  const reload = () => void Promise.all([store.open(id), store.poll()]);
  const state = <NotLoaded what="the image" loaded={{ refusal, reload }} readAt={readAt} />;
  if (!version) return state;
  const { image, etag } = version;
  const isOwn = image.owner === store.account;
  const isShared = !isOwn && (image.acl ?? []).includes(store.account ?? "");
  const isEditable = isOwn && (client.may("images:update", id) || client.may("images:tag", id));
  return (
    <>
      <p class="quiet">
        <a href={formatRoute(listRoute())}>Images</a>
      </p>
      <Heading title={`${image.name} ${image.version}`}>
        <bdi>{image.name}</bdi> <bdi class="quiet">{image.version}</bdi>
      </Heading>
      {state}
      <NewsNotice news={listNews(opened)} client={client} onSeen={() => store.noteSeen(id)} />
      <div class="columns">
        <div>{isEditable ? <EditForm {...{ id, client, store, tell }} /> : <ReadOnlyFields image={image} />}</div>
        <aside>
          <Facts image={image} tell={tell} />
          {isOwn && (
            <p>
              <a class="button" href={formatRoute({ view: "history", id })}>
                History
              </a>
            </p>
          )}
          {client.may("images:share", id) && <Sharing {...{ client, store, image, tell, go, isOwn }} />}
          <ImageActions {...{ client, store, image, etag, isLoading, tell, go, isOwn, isShared }} />
        </aside>
      </div>
    </>
  );
}
