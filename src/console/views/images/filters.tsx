import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { maxText } from "./list-address.ts";
import { columns, listValues, type Selection } from "./select-images.ts";

type Props = {
  images: readonly Image[];
  selection: Selection;
  input: RefObject<HTMLInputElement | null>;
  onType: (search: string) => void;
  /** The person is done with a search. */
  onTyped: () => void;
  onChange: (change: Partial<Selection>) => void;
};

/** What a person asks of the list. The key / leads to the search. */
export function Filters({ images, selection, input, onType, onTyped, onChange }: Props) {
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  const values = useMemo(() => ({ state: listValues(images, "state"), type: listValues(images, "type") }), [images]);
  return (
    <search class="filters">
      <input
        ref={input}
        type="search"
        aria-label="Search images"
        placeholder="Search name, version, id, description, tags  ( / )"
        maxLength={maxText}
        value={selection.search}
        onInput={(event) => onType(event.currentTarget.value)}
        onChange={onTyped}
      />
      {(["state", "type"] as const).map((column) => (
        <select
          key={column}
          aria-label={columns[column].title}
          value={selection[column]}
          onChange={(event) => onChange({ [column]: event.currentTarget.value })}
        >
          <option value="">Any {columns[column].title.toLowerCase()}</option>
          {/* What the address asks for is shown, though no image has it. */}
          {[...new Set([...values[column], selection[column]])]
            .filter((value) => value !== "")
            .map((value) => (
              <option key={value} value={value}>
                {value}
              </option>
            ))}
        </select>
      ))}
      {selection.tag && (
        <button
          type="button"
          class="chosen"
          aria-label={`No longer filter by ${selection.tag.key} = ${selection.tag.value}`}
          onClick={() => {
            onChange({ tag: null });
            input.current?.focus();
          }}
        >
          <bdi>{selection.tag.key}</bdi> = <bdi>{selection.tag.value}</bdi> ×
        </button>
      )}
    </search>
  );
}
