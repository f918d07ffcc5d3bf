import { useLayoutEffect, useRef } from "preact/hooks";
import type { Conflict as ConflictRow } from "../../edit/edit.ts";
import type { Author } from "../../store/opened.ts";
import { formatValue } from "../../ui/difference.tsx";

type Props = {
  conflicts: readonly ConflictRow[];
  /** Who wrote theirs, of each. */
  authors: readonly Author[];
  onChoose: (conflict: ConflictRow, side: "theirs" | "mine") => void;
};

/** What somebody else changed while it was edited here too: what it was, theirs and mine, for each field and tag. */
export function Conflict({ conflicts, authors, onChoose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  // Where the focus is in a field, somebody is typing.
  useLayoutEffect(() => {
    if (!document.activeElement?.matches("input, textarea, select")) heading.current?.focus();
  }, []);
  const isOwn = authors.every((author) => author === "self");
  const theirTitle = isOwn ? "Elsewhere" : "Theirs";
  return (
    <section class="notice warn" aria-labelledby="conflict">
      <h2 id="conflict" tabIndex={-1} ref={heading}>
        {isOwn
          ? "You changed this image elsewhere"
          : authors.includes("other")
            ? "Someone else changed this image"
            : "This image was changed meanwhile"}
      </h2>
      <p>Nothing was overwritten. Choose what stays.</p>
      <table class="conflicts">
        <thead>
          <tr>
            {["Field", "It was", theirTitle, "Yours"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {conflicts.map((conflict) => (
            // Another value of theirs is another question: nothing is ticked yet, though somebody ticks it just now.
            <tr key={`${conflict.field} ${JSON.stringify(conflict.theirs)}`}>
              <th scope="row">
                <bdi>{conflict.field}</bdi>
              </th>
              <td data-title="It was">
                <bdi>{formatSide(conflict, "was")}</bdi>
              </td>
              {(["theirs", "mine"] as const).map((side) => (
                <td key={side} data-title={side === "mine" ? "Yours" : theirTitle}>
                  <label>
                    <input
                      type="radio"
                      name={`choice ${conflict.field}`}
                      checked={conflict.side === side}
                      onChange={() => onChoose(conflict, side)}
                    />{" "}
                    <bdi>{formatSide(conflict, side)}</bdi>
                  </label>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Null is a value of a tag; of a text it says that there is none. */
const formatSide = (conflict: ConflictRow, side: "was" | "theirs" | "mine"): string =>
  formatValue(conflict.field.startsWith("tags.") ? conflict[side] : (conflict[side] ?? undefined));
