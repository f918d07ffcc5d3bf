import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { readRevision } from "../api/image.ts";
import { formatRoute } from "../route.ts";
import { focusHeading } from "../ui/focus.ts";
import { Heading } from "../ui/heading.tsx";
import { listRoute } from "../ui/last-list.ts";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { useStore } from "../ui/use-store.ts";
import type { ViewProps } from "../view-props.ts";
import { Comparison } from "./history/comparison.tsx";
import { readHistory } from "./history/read-history.ts";
import { Timeline } from "./history/timeline.tsx";

type Props = ViewProps & {
  id: string;
  /** Two revisions to show beside each other, in place of all. */
  compare: readonly [number, number] | undefined;
};

/** What happened to an image, newest first, and how to take it back. */
export function HistoryView({ id, compare, client, store, tell }: Props) {
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const loaded = useLoaded(`history ${id}`, () => readHistory(store, id));
  useCompareFocus(compare !== undefined);
  const history = loaded.value;
  const newest = readRevision(useStore(store).read(id).version?.etag ?? "");
  const [shown] = history?.entries ?? [];
  const isOld = shown !== undefined && shown.revision < newest;
  const readFor = useRef(0);
  useEffect(() => {
    // The image was changed, here or elsewhere: what is shown is read again, once for each revision.
    if (!isOld || loaded.isLoading || readFor.current === newest) return;
    readFor.current = newest;
    loaded.reload();
  }, [isOld, loaded.isLoading, newest]);
  const name = history?.last?.name ?? id;
  const title = compare ? `Revisions ${compare[0]} and ${compare[1]} of` : "History of";
  const notLoaded = <NotLoaded what="the history" loaded={loaded} readAt={history?.readAt ?? null} />;
  if (!history) return notLoaded;
  return (
    <>
      <p class="quiet">
        <a href={formatRoute(listRoute())}>Images</a>
        {history.current && (
          <>
            {" "}
            ›{" "}
            <a href={formatRoute({ view: "image", id })}>
              <bdi>{name}</bdi>
            </a>
          </>
        )}
        {compare && (
          <>
            {" "}
            › <a href={formatRoute({ view: "history", id })}>History</a>
          </>
        )}
      </p>
      <Heading title={`${title} ${name}`}>
        {title} <bdi>{name}</bdi>
      </Heading>
      {notLoaded}
      {!history.current && <p class="notice warn">The image is deleted. Its history stays for a while.</p>}
      {compare ? (
        <Comparison {...{ id, client, history, compare }} />
      ) : (
        <Timeline {...{ id, store, tell, history, loaded, chosen, setChosen }} isLoading={loaded.isLoading || isOld} />
      )}
    </>
  );
}

/** From the history to a comparison: to its heading; back: to the link that led there. */
function useCompareFocus(isComparing: boolean): void {
  const before = useRef(isComparing);
  useLayoutEffect(() => {
    if (before.current === isComparing) return;
    before.current = isComparing;
    const link = document.getElementById("compare");
    if (link) link.focus();
    else focusHeading();
  }, [isComparing]);
}
