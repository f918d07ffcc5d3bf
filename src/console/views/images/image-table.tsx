import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { formatRoute } from "../../route.ts";
import { AccountName } from "../../ui/account-name.tsx";
import { type Column, columns, type Selection } from "./select-images.ts";

/** Where a person is in the list. */
export type Place = { scrollTop: number; current: number };

type Props = {
  images: readonly Image[];
  shown: readonly Column[];
  selection: Selection;
  onSort: (column: Column) => void;
  place: Place;
  onPlace: (place: Place) => void;
};

/** Of every row, as images.css has it. */
const rowPx = 34;
/** Rows beyond the visible ones, so that a turn of the wheel meets no gap. */
const spare = 12;

/** The images as a table, of which only the rows in sight exist. Arrow keys move, Enter opens. */
export function ImageTable({ images, shown, selection, onSort, place, onPlace }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(place.scrollTop);
  const [height, setHeight] = useState(800);
  const current = Math.min(place.current, Math.max(0, images.length - 1));
  // Whether a row has the focus: rows are moved and made anew while the list scrolls, which takes it away.
  const hasFocus = useRef(false);
  const hasMoved = useRef(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    element.scrollTop = place.scrollTop;
    const watch = new ResizeObserver(() => setHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    const isLost = hasFocus.current && document.activeElement === document.body;
    if (!hasMoved.current && !isLost) return;
    const link = box.current?.querySelector<HTMLElement>(`[data-row="${current}"] a`);
    link?.focus({ preventScroll: true });
    hasMoved.current = false;
  });

  const move = (event: KeyboardEvent) => {
    const next = findNext(event.key, { current, last: images.length - 1, page: Math.floor(height / rowPx) - 2 });
    if (next === null || !box.current) return;
    event.preventDefault();
    hasMoved.current = true;
    const top = keepInSight(next, { scrollTop: box.current.scrollTop, height });
    box.current.scrollTop = top;
    setScrollTop(top);
    onPlace({ scrollTop: top, current: next });
  };

  const first = Math.max(0, Math.floor(scrollTop / rowPx) - spare);
  const last = Math.min(images.length, Math.ceil((scrollTop + height) / rowPx) + spare);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move the focus among the links in it.
    <div
      class="scrolled"
      ref={box}
      onKeyDown={move}
      onFocusIn={({ target }) => {
        const row = target instanceof Element ? target.closest<HTMLElement>("[data-row]")?.dataset["row"] : undefined;
        hasFocus.current = row !== undefined;
        if (row !== undefined && Number(row) !== current) onPlace({ scrollTop, current: Number(row) });
      }}
      onFocusOut={({ relatedTarget }) => {
        // Null where the focused row went away.
        if (relatedTarget) hasFocus.current = false;
      }}
      onScroll={(event) => {
        setScrollTop(event.currentTarget.scrollTop);
        onPlace({ scrollTop: event.currentTarget.scrollTop, current });
      }}
    >
      <table class="images" aria-rowcount={images.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {shown.map((column) => (
              <HeaderCell key={column} column={column} selection={selection} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {images.slice(first, last).map((image, at) => (
            <Row key={image.id} image={image} index={first + at} isCurrent={first + at === current} shown={shown} />
          ))}
          <Gap rows={images.length - last} />
        </tbody>
      </table>
    </div>
  );
}

/** Stands in for the rows that are not in sight. */
const Gap = ({ rows }: { rows: number }) =>
  rows > 0 ? <tr class="gap" style={{ height: `${rows * rowPx}px` }} /> : null;

type HeaderCellProps = Pick<Props, "selection" | "onSort"> & { column: Column };

function HeaderCell({ column, selection, onSort }: HeaderCellProps) {
  const isSorted = selection.column === column;
  const order = selection.isDescending ? "descending" : "ascending";
  return (
    <th scope="col" class={column} aria-sort={isSorted ? order : undefined}>
      <button type="button" class="sort" onClick={() => onSort(column)}>
        {columns[column].title}
        <span aria-hidden="true">{isSorted ? (selection.isDescending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}

type RowProps = { image: Image; index: number; isCurrent: boolean; shown: readonly Column[] };

function Row({ image, index, isCurrent, shown }: RowProps) {
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
          <td key={column} class={column} title={columns[column].read(image)}>
            <Cell column={column} image={image} />
          </td>
        ),
      )}
    </tr>
  );
}

const goodStates: Readonly<Record<string, string>> = { active: "good", failed: "warn", disabled: "warn" };

function Cell({ column, image }: { column: Exclude<Column, "name">; image: Image }) {
  const text = columns[column].read(image);
  if (column === "state") return <span class={`chip ${goodStates[text] ?? ""}`}>{text}</span>;
  if (column === "access") return <span class="chip">{text}</span>;
  if (column === "published") return <>{text.slice(0, 10)}</>;
  return column === "owner" ? <AccountName id={text} /> : <bdi>{text}</bdi>;
}

type Range = { current: number; last: number; page: number };

/** The row that a key leads to; null where the key leads nowhere. */
function findNext(key: string, { current, last, page }: Range): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + page,
    PageUp: current - page,
    Home: 0,
    End: last,
  };
  const next = steps[key];
  return next === undefined || last < 0 ? null : Math.max(0, Math.min(last, next));
}

/** The scroll position that shows a row, under the header that stays. */
function keepInSight(row: number, { scrollTop, height }: { scrollTop: number; height: number }): number {
  const top = row * rowPx;
  if (top < scrollTop) return top;
  return Math.max(scrollTop, top + 2 * rowPx + 8 - height);
}
