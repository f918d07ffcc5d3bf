import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Image } from "../api/image.ts";
import type { ImageStore } from "../store/image-store.ts";
import { Heading } from "../ui/heading.tsx";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useStore } from "../ui/use-store.ts";
import type { ViewProps } from "../view-props.ts";
import { findScope, type Scope, scopes } from "./images/access.ts";
import { ImageTable, type Place } from "./images/image-table.tsx";
import {
  type Column,
  columns,
  firstSelection,
  listValues,
  type Selection,
  selectImages,
} from "./images/select-images.ts";

type Kept = { store: ImageStore | null; scope: Scope; selection: Selection; place: Place };

/** Where the person was when the view closed: of the last account alone. */
const kept: Kept = { store: null, scope: "mine", selection: firstSelection, place: { scrollTop: 0, current: 0 } };

/** Every image that the account sees, as a table to search, filter and sort. */
export function ImagesView(props: ViewProps) {
  const store = useStore(props.store);
  useEffect(() => void store.readList(), [store]);
  const { images, refusal } = store.list;
  const { account } = store;
  const isLoading = store.list.state === "reading";
  const reload = () => void store.readList({ again: true });
  if (kept.store !== store) {
    Object.assign(kept, { store, scope: "mine", selection: firstSelection, place: { scrollTop: 0, current: 0 } });
  }
  const [scope, setScope] = useState(kept.scope);
  const [selection, setSelection] = useState(kept.selection);
  const [place, setPlace] = useState(kept.place);
  Object.assign(kept, { scope, selection, place });

  const byScope = useMemo(() => groupByScope(images, account ?? ""), [images, account]);
  const inScope = byScope[scope];
  const selected = useMemo(() => selectImages(inScope, selection), [inScope, selection]);
  const select = (change: Partial<Selection>) => {
    setSelection((before) => ({ ...before, ...change }));
    setPlace({ scrollTop: 0, current: 0 });
  };

  return (
    <>
      <Heading title="Images" />
      <Scopes
        scope={scope}
        count={(each) => byScope[each].length}
        onChoose={(next) => {
          setScope(next);
          setPlace({ scrollTop: 0, current: 0 });
        }}
      />
      <Filters images={inScope} selection={selection} onChange={select} />
      {refusal && <RefusalNotice refusal={refusal} onRetry={reload} />}
      <p class="quiet" role="status">
        {isLoading ? `Loading… ${images.length} so far` : `${selected.length} of ${inScope.length} images`}
      </p>
      {selected.length > 0 ? (
        <ImageTable
          key={`${scope} ${JSON.stringify(selection)}`}
          images={selected}
          shown={listColumns(scope)}
          selection={selection}
          onSort={(column) =>
            select({
              column,
              isDescending: column === selection.column ? !selection.isDescending : column === "published",
            })
          }
          place={place}
          onPlace={setPlace}
        />
      ) : (
        !isLoading && !refusal && <Nothing scope={scope} isFiltered={inScope.length > 0} />
      )}
    </>
  );
}

function groupByScope(images: readonly Image[], account: string): Record<Scope, Image[]> {
  const groups: Record<Scope, Image[]> = { mine: [], shared: [], public: [] };
  for (const image of images) groups[findScope(image, account)].push(image);
  return groups;
}

/** The owner of one's own images is oneself. */
const listColumns = (scope: Scope): Column[] =>
  (["name", "version", "type", "state", "access", "published", "owner"] as const).filter(
    (column) => column !== "owner" || scope !== "mine",
  );

type ScopesProps = { scope: Scope; count: (scope: Scope) => number; onChoose: (scope: Scope) => void };

const scopeNames = ["mine", "shared", "public"] as const satisfies readonly Scope[];

const Scopes = ({ scope, count, onChoose }: ScopesProps) => (
  <fieldset class="scopes">
    <legend class="unseen">Whose images</legend>
    {scopeNames.map((each) => (
      <button key={each} type="button" aria-pressed={each === scope} onClick={() => onChoose(each)}>
        {scopes[each]} <span class="quiet">{count(each)}</span>
      </button>
    ))}
  </fieldset>
);

type FiltersProps = {
  images: readonly Image[];
  selection: Selection;
  onChange: (change: Partial<Selection>) => void;
};

function Filters({ images, selection, onChange }: FiltersProps) {
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <search class="filters">
      <input
        ref={search}
        type="search"
        aria-label="Search images"
        placeholder="Search name, version, id, description, tags  ( / )"
        value={selection.search}
        onInput={(event) => onChange({ search: event.currentTarget.value })}
      />
      {(["state", "type"] as const).map((column) => (
        <select
          key={column}
          aria-label={columns[column].title}
          value={selection[column]}
          onChange={(event) => onChange({ [column]: event.currentTarget.value })}
        >
          <option value="">Any {columns[column].title.toLowerCase()}</option>
          {listValues(images, column).map((value) => (
            <option key={value} value={value}>
              {value}
            </option>
          ))}
        </select>
      ))}
    </search>
  );
}

const nothing: Readonly<Record<Scope, string>> = {
  mine: "You own no images yet. Clone one that is shared with you, or have the operator provision yours.",
  shared: "Nobody shares a private image with you.",
  public: "There are no public images of others.",
};

const Nothing = ({ scope, isFiltered }: { scope: Scope; isFiltered: boolean }) => (
  <p class="panel">{isFiltered ? "No image matches the search and the filters." : nothing[scope]}</p>
);
