import type { Image } from "../../api/image.ts";
import { formatRoute } from "../../route.ts";
import { AccountName } from "../../ui/account-name.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { maxText } from "./list-address.ts";
import { type Column, classOf, readCell, readTagText, type Selection } from "./select-images.ts";
import type { Chosen } from "./use-chosen.ts";

/** The height of every row, as image-table.css has it. */
export const rowPx = 34;

/** What all rows have in common. */
export type RowContext = {
  shown: readonly Column[];
  /** The images with something typed that is not saved. */
  edited: ReadonlySet<string>;
  /** Null where nothing can be done with several. */
  chosen: Chosen | null;
  /** The view that a row leads to. */
  opens: "image" | "history";
  onFilter: (change: Partial<Selection>) => void;
  tell: (text: string) => void;
};

type Props = RowContext & { image: Image; index: number; isCurrent: boolean };

/** An image in the list. What is in it can be reached by Tab while it is the current row. */
export function Row({ image, index, isCurrent, ...context }: Props) {
  const { shown, chosen } = context;
  const isChosen = chosen?.ids.has(image.id) ?? false;
  const tabIndex = isCurrent ? 0 : -1;
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      class={`${isCurrent ? "current" : ""} ${isChosen ? "selected" : ""}`.trim() || undefined}
    >
      {chosen && (
        <td class="choose">
          <input
            type="checkbox"
            aria-label={`Select ${image.name} ${image.version}`}
            checked={isChosen}
            tabIndex={tabIndex}
            onClick={(event) => chosen.toggle(index, { isRange: event.shiftKey })}
          />
        </td>
      )}
      {shown.map((column) =>
        column === "name" ? (
          <NameCell key={column} {...{ image, tabIndex, ...context }} />
        ) : (
          <td key={column} class={classOf(column)} title={readCell(image, column).slice(0, maxText)}>
            <Cell {...{ column, image, tabIndex, ...context }} />
          </td>
        ),
      )}
    </tr>
  );
}

type CellProps = RowContext & { image: Image; tabIndex: number };

const NameCell = ({ image, tabIndex, edited, opens, tell }: CellProps) => (
  <th scope="row" class="name" title={image.name}>
    <div>
      <a href={formatRoute({ view: opens, id: image.id })} tabIndex={tabIndex}>
        <bdi>{image.name}</bdi>
      </a>
      {edited.has(image.id) && <span class="chip warn">edited</span>}
      <CopyButton class="copy" text={image.id} label="Copy id" of={image.name} {...{ tabIndex, tell }} />
    </div>
  </th>
);

/** Colour is for what is not as usual. */
const states: Readonly<Record<string, string>> = { active: "", failed: "chip bad" };

function Cell({ column, image, tabIndex, onFilter }: CellProps & { column: Column }) {
  const text = readCell(image, column);
  if (column === "state") return <span class={states[text] ?? "chip warn"}>{text}</span>;
  if (column === "access") return <span class={text === "private" ? "" : "chip"}>{text}</span>;
  if (column === "published") return <>{text.slice(0, 10)}</>;
  if (column === "owner") return <AccountName id={text} />;
  const key = column.startsWith("tag.") ? column.slice(4) : null;
  const isFilter = key !== null && text.length <= maxText && readTagText(image, key) !== undefined;
  if (!isFilter) return <bdi>{text.slice(0, maxText)}</bdi>;
  return (
    <button
      type="button"
      class="plain"
      tabIndex={tabIndex}
      aria-label={`Show only images with ${key} = ${text}`}
      onClick={() => onFilter({ tag: { key, value: text } })}
    >
      <bdi>{text === "" ? "(empty)" : text}</bdi>
    </button>
  );
}
