import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { Row, type RowContext, rowPx } from "./image-row.tsx";
import type { Place } from "./places.ts";
import { type Column, classOf, type Order, titleOf } from "./select-images.ts";
import type { Chosen } from "./use-chosen.ts";

type Props = {
  images: readonly Image[];
  context: RowContext;
  order: Order;
  onSort: (column: Column) => void;
  /** Where the person was in this list; the table moves it along. */
  place: Place;
};

/** Rows beyond the visible ones, so that a turn of the wheel meets no gap. */
const spare = 12;

/**
 * The images as a table, of which only the rows in sight exist. Arrow keys move, Enter opens, Space selects. What scrolls is the table's own,
 * so that nothing else is drawn anew.
 */
export function ImageTable({ images, context, order, onSort, place }: Props) {
  const { shown, chosen } = context;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(Math.floor(place.scrollTop / rowPx));
  const [height, setHeight] = useState(800);
  const [moved, setMoved] = useState({ to: place.id });
  const current = useCurrentRow(images, place.id, moved);
  // Whether a row has the focus: rows are moved and made anew while the list scrolls, which takes it away.
  const hasFocus = useRef(false);
  const hasMoved = useRef(false);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setHeight(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (!box.current) return;
    box.current.scrollTop = place.scrollTop;
    setTop(Math.floor(place.scrollTop / rowPx));
    setMoved({ to: place.id });
    hasMoved.current = place.hadFocus && isFocusFree();
  }, [place]);

  useLayoutEffect(() => {
    const isLost = hasFocus.current && document.activeElement === document.body;
    if (!hasMoved.current && !isLost) return;
    const link = box.current?.querySelector<HTMLElement>(`[data-row="${current}"] a`);
    link?.focus({ preventScroll: true });
    hasMoved.current = false;
  });

  const go = (row: number) => {
    place.id = images[row]?.id ?? null;
    setMoved({ to: place.id });
  };
  const press = (event: KeyboardEvent) => {
    if (chosen && event.key === " " && event.target instanceof HTMLAnchorElement) {
      event.preventDefault();
      chosen.toggle(current, { isRange: event.shiftKey });
    } else if (chosen && event.key === "Escape") chosen.clear();
    else move(event);
  };
  const move = (event: KeyboardEvent) => {
    const next = findNext(event.key, { current, last: images.length - 1, page: Math.floor(height / rowPx) - 2 });
    if (next === null || !box.current) return;
    event.preventDefault();
    hasMoved.current = true;
    const scrollTop = keepInSight(next, { scrollTop: box.current.scrollTop, height });
    box.current.scrollTop = scrollTop;
    place.scrollTop = scrollTop;
    setTop(Math.floor(scrollTop / rowPx));
    go(next);
  };

  const first = Math.max(0, Math.min(top, images.length - 1) - spare);
  const last = Math.min(images.length, top + Math.ceil(height / rowPx) + 1 + spare);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move the focus among the links in it.
    <div
      class="scrolled"
      ref={box}
      onKeyDown={press}
      onFocusIn={({ target }) => {
        const row = target instanceof Element ? target.closest<HTMLElement>("[data-row]")?.dataset["row"] : undefined;
        hasFocus.current = row !== undefined;
        place.hadFocus = hasFocus.current;
        if (row !== undefined && Number(row) !== current) go(Number(row));
      }}
      onFocusOut={({ relatedTarget }) => {
        // Null where the focused row went away.
        if (relatedTarget) hasFocus.current = false;
      }}
      onScroll={(event) => {
        place.scrollTop = event.currentTarget.scrollTop;
        setTop(Math.floor(place.scrollTop / rowPx));
      }}
    >
      <table
        class="images"
        aria-rowcount={images.length + 1}
        style={{ "--tags": shown.filter(isTag).length, "--owners": Number(shown.includes("owner")) }}
      >
        <thead>
          <tr aria-rowindex={1}>
            {chosen && (
              <td class="choose">
                <ChooseAll images={images} chosen={chosen} />
              </td>
            )}
            {shown.map((column) => (
              <HeaderCell key={column} column={column} order={order} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {images.slice(first, last).map((image, at) => (
            <Row key={image.id} image={image} index={first + at} isCurrent={first + at === current} {...context} />
          ))}
          <Gap rows={images.length - last} />
        </tbody>
      </table>
    </div>
  );
}

const isTag = (column: Column): boolean => classOf(column) === "tag";

function ChooseAll({ images, chosen }: { images: readonly Image[]; chosen: Chosen }) {
  const { ids } = chosen;
  const count = useMemo(() => (ids.size === 0 ? 0 : images.filter(({ id }) => ids.has(id)).length), [images, ids]);
  return (
    <input
      type="checkbox"
      aria-label={`Select all ${images.length} that match`}
      checked={count === images.length}
      indeterminate={count > 0 && count < images.length}
      onClick={chosen.toggleAll}
    />
  );
}

/** Where the row of an image is, looked for only when the rows or the image change; where it was, once it is gone. */
function useCurrentRow(images: readonly Image[], id: string | null, moved: object): number {
  const known = useRef(0);
  useMemo(() => {
    const row = id === null ? 0 : images.findIndex((image) => image.id === id);
    known.current = row === -1 ? Math.max(0, Math.min(known.current, images.length - 1)) : row;
  }, [images, id, moved]);
  return known.current;
}

/** Whether the person has the focus nowhere of their own: a view that opens puts it on its heading. */
const isFocusFree = (): boolean =>
  document.activeElement === null || document.activeElement.matches("body, main, h1, .top a");

/** Stands in for the rows that are not in sight. */
const Gap = ({ rows }: { rows: number }) =>
  rows > 0 ? <tr class="gap" style={{ height: `${rows * rowPx}px` }} /> : null;

type HeaderCellProps = Pick<Props, "order" | "onSort"> & { column: Column };

function HeaderCell({ column, order, onSort }: HeaderCellProps) {
  const isSorted = order.column === column;
  const direction = order.isDescending ? "descending" : "ascending";
  return (
    <th scope="col" class={classOf(column)} title={titleOf(column)} aria-sort={isSorted ? direction : undefined}>
      <button type="button" class="sort" onClick={() => onSort(column)}>
        {titleOf(column)}
        <span aria-hidden="true">{isSorted ? (order.isDescending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
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
