import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Update, Versioned } from "../../api/image.ts";
import type { Refusal } from "../../api/refusal.ts";
import { listChanges, listDifferences } from "../../edit/difference.ts";
import { applyChoices, type Choices, findConflicts } from "../../edit/merge.ts";
import { Differences, formatValue } from "../../ui/difference.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";

type Props = {
  base: Versioned;
  theirs: Versioned;
  update: Update;
  refusal: Refusal | null;
  isBusy: boolean;
  onSave: (merged: Update) => void;
  onBack: () => void;
};

/** Somebody else changed the image meanwhile: what it was, theirs and mine, for each field and tag that both changed. */
export function Conflict({ base, theirs, update, refusal, isBusy, onSave, onBack }: Props) {
  const [choices, setChoices] = useState<Choices>({});
  const heading = useRef<HTMLHeadingElement>(null);
  // Once, when it appears: later the person is choosing.
  useLayoutEffect(() => heading.current?.focus(), []);
  const sides = { was: base.image, theirs: theirs.image, mine: update };
  const conflicts = findConflicts(sides);
  const isChosen = conflicts.every(({ field }) => choices[field] !== undefined);
  const merged = applyChoices(sides, choices);
  const ownFields = listDifferences({ ...base.image }, { ...theirs.image });
  return (
    <section class="panel" aria-labelledby="conflict">
      <h2 id="conflict" tabIndex={-1} ref={heading}>
        Someone else changed this image
      </h2>
      {refusal && refusal.status !== 412 && <RefusalNotice refusal={refusal} />}
      <p>Nothing was overwritten. They changed:</p>
      <Differences differences={ownFields} />
      {conflicts.length === 0 ? (
        <p>You changed other fields: both can stay.</p>
      ) : (
        <table class="conflicts">
          <caption>Both of you changed these. Choose what stays.</caption>
          <thead>
            <tr>
              {["Field", "It was", "Theirs", "Yours"].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {conflicts.map(({ field, was, theirs: their, mine }) => (
              <tr key={field}>
                <th scope="row">
                  <bdi>{field}</bdi>
                </th>
                <td data-title="It was">
                  <bdi>{formatValue(was)}</bdi>
                </td>
                {(["theirs", "mine"] as const).map((side) => (
                  <td key={side} data-title={side === "mine" ? "Yours" : "Theirs"}>
                    <label>
                      <input
                        type="radio"
                        name={`choice ${field}`}
                        checked={choices[field] === side}
                        onChange={() => setChoices((before) => ({ ...before, [field]: side }))}
                      />{" "}
                      <bdi>{formatValue(side === "mine" ? mine : their)}</bdi>
                    </label>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isChosen && (
        <>
          <h3>What you would change now</h3>
          {Object.keys(merged).length > 0 ? (
            <Differences differences={listChanges(theirs.image, merged)} />
          ) : (
            <p>Nothing: theirs stays.</p>
          )}
        </>
      )}
      <div class="actions">
        <button type="button" class="primary" disabled={isBusy || !isChosen} onClick={() => onSave(merged)}>
          {Object.keys(merged).length > 0 ? "Save over theirs" : "Take theirs"}
        </button>
        <button type="button" disabled={isBusy} onClick={onBack}>
          Back to my edit
        </button>
      </div>
    </section>
  );
}
