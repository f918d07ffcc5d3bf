import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { describeRefusal } from "../../api/describe-refusal.ts";
import type { Image } from "../../api/image.ts";
import { Bulk, type BulkCounts, type BulkDifference, type BulkItem, type Outcome } from "../../store/bulk.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { formatClock } from "../../ui/time.tsx";
import { BulkForm, emptyDraft, kinds } from "./bulk-form.tsx";

export type BulkDialogProps = {
  store: ImageStore;
  /** Those that are selected. */
  images: readonly Image[];
  tell: (text: string) => void;
  onClose: () => void;
};

/** The most images whose outcomes are listed; all are counted. */
const maxListed = 200;

/** Changes several images: what to do, a rehearsal of each, then a write of each, and what became of it. */
export function BulkDialog({ store, images, tell, onClose }: BulkDialogProps) {
  // What was selected when it opened: rows that arrive meanwhile change nothing of it.
  const [meant] = useState(images);
  const offered = (["set-tag", "remove-tag", "share", "unshare"] as const).filter((kind) =>
    meant.every(({ id }) => store.client.may(kinds[kind].word, id)),
  );
  const [draft, setDraft] = useState(emptyDraft(offered[0] ?? "set-tag"));
  const [bulk, setBulk] = useState<Bulk | null>(null);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => () => void leave(bulk, tell), [bulk]);
  return (
    <Dialog title={`Change ${formatImages(meant.length)}`} onClose={onClose}>
      <p>
        Each image is changed by itself, and stays changed if another one fails. Nothing is changed before the rehearsal
        says what would change.
      </p>
      {offered.length === 0 && (
        <p class="notice warn">This key may change no tags and no sharing of all of these images.</p>
      )}
      {bulk ? (
        <Progress bulk={bulk} onOther={() => setBulk(null)} />
      ) : (
        offered.length > 0 && (
          <BulkForm
            {...{ offered, draft }}
            onType={setDraft}
            count={meant.length}
            onChoose={(change) => {
              const next = new Bulk(store, { images: meant, change });
              next.onChange = () => draw(undefined);
              setBulk(next);
              void next.rehearse();
            }}
          />
        )
      )}
      <form method="dialog" class="actions">
        <button type="submit">Close</button>
      </form>
    </Dialog>
  );
}

/** Begins with no further image, and says what was done. */
async function leave(bulk: Bulk | null, tell: (text: string) => void): Promise<void> {
  if (!bulk) return;
  await bulk.stop();
  const said = summarize(bulk.count());
  if (said) tell(said);
}

function Progress({ bulk, onOther }: { bulk: Bulk; onOther: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // The form that had the focus is gone.
  useEffect(() => heading.current?.focus(), [bulk]);
  const counts = bulk.count();
  const failed = counts.refused + counts.silent;
  const { isRunning } = bulk;
  const begin = (run: () => Promise<void>) => {
    // The button that was pressed goes.
    heading.current?.focus();
    void run();
  };
  return (
    <>
      <h3 ref={heading} tabIndex={-1}>
        {isRunning ? "At work" : counts.done > 0 || failed > 0 ? "What became of it" : "What would change"}
      </h3>
      <p role="status">{describeCounts(counts)}</p>
      {bulk.waitsUntil !== null && isRunning && (
        <p class="notice warn">The service asks to wait until {formatClock(bulk.waitsUntil)}. It goes on by itself.</p>
      )}
      <div class="actions">
        {isRunning && <Stop onStop={() => bulk.stop()} onGone={() => heading.current?.focus()} />}
        {!isRunning && counts.planned > 0 && (
          <button type="button" class="primary" onClick={() => begin(bulk.write)}>
            Do it for {formatImages(counts.planned)}
          </button>
        )}
        {!isRunning && counts.waiting > 0 && (
          <button type="button" onClick={() => begin(bulk.rehearse)}>
            Rehearse the other {counts.waiting}
          </button>
        )}
        {!isRunning && failed > 0 && (
          <button type="button" onClick={() => begin(bulk.retry)}>
            Try {failed} again
          </button>
        )}
        {!isRunning && (
          <button type="button" onClick={onOther}>
            Another change
          </button>
        )}
      </div>
      <Outcomes items={bulk.items} />
    </>
  );
}

/** @param onGone is called where it goes with the focus: the view behind the dialog cannot take it */
function Stop({ onStop, onGone }: { onStop: () => void; onGone: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(
    () => () => {
      if (button.current && button.current === document.activeElement) onGone();
    },
    [],
  );
  return (
    <button ref={button} type="button" onClick={onStop}>
      Stop
    </button>
  );
}

function Outcomes({ items }: { items: readonly BulkItem[] }) {
  // Those that need the person come first.
  const isFailed = ({ outcome }: BulkItem) => outcome.state === "refused" || outcome.state === "silent";
  const sorted = [...items.filter(isFailed), ...items.filter((item) => !isFailed(item))];
  return (
    <>
      <table class="outcomes">
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, maxListed).map(({ image, outcome }) => (
            <tr key={image.id}>
              <th scope="row">
                <bdi>{image.name}</bdi> <bdi class="quiet">{image.version}</bdi>
              </th>
              <td class={outcome.state}>
                {describeOutcome(outcome)}
                {outcome.state === "rehearsed" && outcome.fields.length > 0 && (
                  <>
                    : <bdi>{outcome.differences.map(formatDifference).join(", ")}</bdi>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > maxListed && <p class="hint">{sorted.length - maxListed} more are counted above.</p>}
    </>
  );
}

function describeOutcome(outcome: Outcome): string {
  switch (outcome.state) {
    case "waiting":
      return "not rehearsed yet";
    case "rehearsed":
      return outcome.fields.length > 0 ? `would change ${outcome.fields.join(", ")}` : "would change nothing";
    case "done":
      return outcome.fields.length > 0 ? `changed ${outcome.fields.join(", ")}` : "changed nothing";
    case "refused":
      return describeRefusal(outcome.refusal).text;
    case "silent":
      return "no answer came: it may have been changed. Tried again, it is changed once.";
  }
}

/** `role: db → api`, or `shared with 2 more accounts`. */
function formatDifference(difference: BulkDifference): string {
  if ("accounts" in difference) {
    const count = Math.abs(difference.accounts);
    return `shared with ${count} ${difference.accounts > 0 ? "more" : "fewer"} ${count === 1 ? "account" : "accounts"}`;
  }
  const { tag, before, after } = difference;
  const isText = [before, after].every((value) => value === undefined || typeof value === "string");
  // The text 1 is not the number.
  const format = (value: unknown) =>
    value === undefined ? "(none)" : shorten(isText ? String(value) : JSON.stringify(value));
  return `${tag}: ${format(before)} → ${format(after)}`;
}

/** The most characters of a value that are shown. */
const maxCharacters = 200;

const shorten = (text: string): string => (text.length > maxCharacters ? `${text.slice(0, maxCharacters)}…` : text);

const formatImages = (count: number): string => (count === 1 ? "1 image" : `${count} images`);

const words: Readonly<Record<keyof BulkCounts, string>> = {
  done: "changed",
  planned: "would change",
  same: "nothing to change",
  refused: "refused",
  silent: "without an answer",
  waiting: "not rehearsed",
};

/** `2 changed, 1 refused`: in the order of {@link words}. */
const describeCounts = (counts: BulkCounts): string =>
  (Object.keys(words) as (keyof BulkCounts)[])
    .flatMap((name) => (counts[name] > 0 ? [`${counts[name]} ${words[name]}`] : []))
    .join(", ");

/** What was done, for a person who leaves; null where nothing was tried. */
function summarize({ done, refused, silent, planned }: BulkCounts): string | null {
  if (done + refused + silent === 0) return planned > 0 ? "Nothing was changed." : null;
  const parts = [
    `${formatImages(done)} changed`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(silent > 0 ? [`${silent} without an answer`] : []),
    ...(planned > 0 ? [`${planned} not tried`] : []),
  ];
  return `${parts.join(", ")}.`;
}
