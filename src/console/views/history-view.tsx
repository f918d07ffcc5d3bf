import { formatRoute } from "../route.ts";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { useTitle } from "../ui/use-title.ts";
import type { ViewProps } from "../view-props.ts";
import { readHistory } from "./history/read-history.ts";
import { Timeline } from "./history/timeline.tsx";

type Props = ViewProps & { id: string };

/** What happened to an image, newest first, and how to take it back. */
export function HistoryView({ id, client, tell, settled }: Props) {
  const loaded = useLoaded(`history ${id} ${settled}`, () => readHistory(client, id));
  const history = loaded.value;
  const name = history?.last?.name ?? id;
  useTitle(`History of ${name}`);
  const notLoaded = <NotLoaded what="the history" loaded={loaded} readAt={history?.readAt ?? null} />;
  if (!history) return notLoaded;
  return (
    <>
      <p class="quiet">
        <a href={formatRoute({ view: "images" })}>Images</a>
        {history.current && (
          <>
            {" "}
            ›{" "}
            <a href={formatRoute({ view: "image", id })}>
              <bdi>{name}</bdi>
            </a>
          </>
        )}
      </p>
      <h1>
        History of <bdi>{name}</bdi>
      </h1>
      {notLoaded}
      {!history.current && <p class="notice warn">The image is deleted. Its history stays for a while.</p>}
      <Timeline {...{ id, client, tell, history, loaded }} />
    </>
  );
}
