import type { Image } from "../../api/image.ts";
import { formatRoute } from "../../route.ts";
import { AccountName } from "../../ui/account-name.tsx";
import { type Column, readCell } from "./select-images.ts";

/** The height of every row, as images.css has it. */
export const rowPx = 34;

type Props = { image: Image; index: number; isCurrent: boolean; shown: readonly Column[] };

/** An image in the list. */
export function Row({ image, index, isCurrent, shown }: Props) {
  return (
    <tr data-row={index} aria-rowindex={index + 2} class={isCurrent ? "current" : undefined}>
      {shown.map((column) =>
        column === "name" ? (
          <th key={column} scope="row" class="name" title={image.name}>
            <a href={formatRoute({ view: "image", id: image.id })} tabIndex={isCurrent ? 0 : -1}>
              <bdi>{image.name}</bdi>
            </a>
          </th>
        ) : (
          <td key={column} class={column.replace(/\..*/s, "")} title={readCell(image, column)}>
            <Cell column={column} image={image} />
          </td>
        ),
      )}
    </tr>
  );
}

const goodStates: Readonly<Record<string, string>> = { active: "good", failed: "warn", disabled: "warn" };

function Cell({ column, image }: { column: Column; image: Image }) {
  const text = readCell(image, column);
  if (column === "state") return <span class={`chip ${goodStates[text] ?? ""}`}>{text}</span>;
  if (column === "access") return <span class="chip">{text}</span>;
  if (column === "published") return <>{text.slice(0, 10)}</>;
  return column === "owner" ? <AccountName id={text} /> : <bdi>{text}</bdi>;
}
