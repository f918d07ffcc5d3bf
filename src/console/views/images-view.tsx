import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Image } from "../api/image.ts";
import { Heading } from "../ui/heading.tsx";
import { openAtOnce } from "../ui/use-route.ts";
import { useStore } from "../ui/use-store.ts";
import type { ViewProps } from "../view-props.ts";
import { findScope, type Scope, scopes } from "./images/access.ts";
import { ChosenBar } from "./images/chosen-bar.tsx";
import { Filters } from "./images/filters.tsx";
import { ImageTable } from "./images/image-table.tsx";
import { firstOrder, formatListAddress, type ListAddress, readListAddress } from "./images/list-address.ts";
import { formatCounts, ListNotLoaded, Nothing, ReadAt } from "./images/list-state.tsx";
import { findPlace } from "./images/places.ts";
import { useReadAgain } from "./images/read-again.ts";
import { type Column, type Selection, selectImages, sortImages } from "./images/select-images.ts";
import { TagTools } from "./images/tag-tools.tsx";
import { useChosen } from "./images/use-chosen.ts";

/** Every image that the account sees, as a table to search, filter and sort. @param query what the address says of it */
export function ImagesView({ query, ...props }: ViewProps & { query: string }) {
  const store = useStore(props.store);
  useEffect(() => void store.readList(), [store]);
  const { address, ignored } = useMemo(() => readListAddress(query), [query]);
  const { scope, column, isDescending } = address;
  const isDeleted = scope === "deleted";
  useEffect(() => {
    if (isDeleted) void store.readDestroyed();
  }, [store, isDeleted]);
  const isFollowed = scope === "mine" && store.isFollowed;
  useReadAgain(store, !isFollowed && !isDeleted);
  const { client, tell } = props;

  const { account } = store;
  const known = store.list.images;
  const byScope = useMemo(() => groupByScope(known, account ?? ""), [known, account]);
  const list = isDeleted ? store.destroyed : store.list;
  const readAgain = () => void (isDeleted ? store.readDestroyed() : store.readList({ again: true }));
  const inScope = isDeleted ? list.images : byScope[scope];
  const sorted = useMemo(() => sortImages(inScope, { column, isDescending }), [inScope, column, isDescending]);
  const selected = useMemo(() => selectImages(sorted, address), [sorted, address]);

  const search = useRef<HTMLInputElement>(null);
  /** The address of the search that is being typed: its next letter makes no entry in the browser's history. */
  const typed = useRef<string | null>(null);
  const show = (change: Partial<ListAddress>, isTyped = false) => {
    const next = formatListAddress({ ...address, ...change });
    if (next === formatListAddress(address)) return;
    openAtOnce({ view: "images", query: next }, { isInPlace: isTyped && typed.current === query });
    typed.current = isTyped ? next : null;
  };
  const sort = (next: Column) => show(next === column ? { isDescending: !isDescending } : firstOrder(next));

  const edited = new Set(store.listTyped());
  const mayChange = useMemo(
    () => scope === "mine" && inScope.some(({ id }) => client.may("images:tag", id) || client.may("images:share", id)),
    [scope, inScope, client],
  );
  const chosen = useChosen(store, byScope.mine, selected);
  const counts = formatCounts(list, { shown: selected.length, inScope: inScope.length });

  return (
    <>
      <Heading title="Images" />
      <Scopes
        scope={scope}
        count={(each) => {
          const of = each === "deleted" ? store.destroyed : store.list;
          return of.state === "read" ? (each === "deleted" ? of.images : byScope[each]).length : null;
        }}
        onChoose={(next) => show({ scope: next })}
      />
      <Filters
        images={inScope}
        selection={address}
        input={search}
        onType={(text) => show({ search: text }, true)}
        onTyped={() => {
          typed.current = null;
        }}
        onChange={show}
      />
      <TagTools images={inScope} address={address} onChange={show} />
      {ignored.length > 0 && (
        <p class="notice warn">
          The address asks for something that no list has: {ignored.join(", ").slice(0, 300)}. It was left out.
        </p>
      )}
      <ListNotLoaded {...{ store, list, isFollowed, readAgain }} />
      {counts !== null && (
        <div class="counts">
          <p class="quiet" role="status">
            {counts}
          </p>
          {!isFollowed && <ReadAt {...{ list, readAgain }} isByItself={!isDeleted} />}
          {mayChange && <ChosenBar owned={sorted} matching={selected} {...{ store, chosen, tell }} />}
        </div>
      )}
      {selected.length > 0 ? (
        <ImageTable
          images={selected}
          context={{
            shown: listColumns(address),
            edited,
            chosen: mayChange ? chosen : null,
            opens: isDeleted ? "history" : "image",
            onFilter: show,
            tell,
          }}
          order={address}
          onSort={sort}
          place={findPlace(store, query)}
        />
      ) : (
        list.state === "read" && (
          <Nothing
            scope={scope}
            isFiltered={inScope.length > 0}
            onClear={() => {
              show(noFilters);
              search.current?.focus();
            }}
          />
        )
      )}
    </>
  );
}

const noFilters: Selection = { search: "", state: "", type: "", tag: null };

function groupByScope(images: readonly Image[], account: string): Record<Exclude<Scope, "deleted">, Image[]> {
  const groups: ReturnType<typeof groupByScope> = { mine: [], shared: [], public: [] };
  for (const image of images) groups[findScope(image, account)].push(image);
  return groups;
}

/** The owner of one's own images is oneself, and all that are deleted are in one state. */
const listColumns = ({ scope, tagColumns }: ListAddress): Column[] => [
  ...(["name", "version"] as const),
  ...tagColumns.map((key): Column => `tag.${key}`),
  ...(scope === "deleted" ? (["type", "published"] as const) : (["type", "state", "access", "published"] as const)),
  ...(scope === "shared" || scope === "public" ? (["owner"] as const) : []),
];

type ScopesProps = {
  scope: Scope;
  /** Null while not all images came. */
  count: (scope: Scope) => number | null;
  onChoose: (scope: Scope) => void;
};

const scopeNames = ["mine", "shared", "public", "deleted"] as const satisfies readonly Scope[];

const Scopes = ({ scope, count, onChoose }: ScopesProps) => (
  <fieldset class="scopes">
    <legend class="unseen">Whose images</legend>
    {scopeNames.map((each) => (
      <button key={each} type="button" aria-pressed={each === scope} onClick={() => onChoose(each)}>
        {scopes[each]}{" "}
        {each !== "deleted" || count(each) !== null ? <span class="quiet count">{count(each)}</span> : null}
      </button>
    ))}
  </fieldset>
);
