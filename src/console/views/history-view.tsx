import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatRoute } from "../route.ts";
import { focusHeading } from "../ui/focus.ts";
import { NotLoaded } from "../ui/not-loaded.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import { useTitle } from "../ui/use-title.ts";
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
export function HistoryView({ id, compare, client, tell, settled }: Props) {
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const loaded = useLoaded(`history ${id} ${settled}`, () => readHistory(client, id));
  useCompareFocus(compare !== undefined);
  const history = loaded.value;
  const name = history?.last?.name ?? id;
  const title = compare ? `Revisions ${compare[0]} and ${compare[1]} of` : "History of";
  useTitle(`${title} ${name}`);
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
        {compare && (
          <>
            {" "}
            › <a href={formatRoute({ view: "history", id })}>History</a>
          </>
        )}
      </p>
      <h1>
        {title} <bdi>{name}</bdi>
      </h1>
      {notLoaded}
      {!history.current && <p class="notice warn">The image is deleted. Its history stays for a while.</p>}
      {compare ? (
        <Comparison {...{ id, client, history, compare }} />
      ) : (
        <Timeline {...{ id, client, tell, history, loaded, chosen, setChosen }} />
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
