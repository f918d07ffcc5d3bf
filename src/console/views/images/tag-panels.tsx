import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { type ListAddress, maxTagColumns, maxText } from "./list-address.ts";
import { countTagKeys, countTagValues } from "./tag-counts.ts";

export type TagPanelProps = {
  images: readonly Image[];
  address: ListAddress;
  onChange: (change: Partial<ListAddress>) => void;
  onClose: () => void;
};

/** The most keys, and values of a key, that are offered at once; a person types for others. */
const maxOffered = 50;

/** Which tags are columns: the keys that occur, the most frequent first. */
export function ColumnsPanel({ images, address: { tagColumns, column }, onChange }: TagPanelProps) {
  const [part, setPart] = useState("");
  const counts = useMemo(() => countTagKeys(images), [images]);
  const input = useFirstFocus();
  const found = [...new Set([...tagColumns, ...counts.keys()])].filter((key) =>
    key.toLowerCase().includes(part.toLowerCase()),
  );
  const isFull = tagColumns.length >= maxTagColumns;
  const toggle = (key: string) => {
    if (!tagColumns.includes(key)) return onChange({ tagColumns: [...tagColumns, key] });
    const isSorted = column === `tag.${key}`;
    onChange({
      tagColumns: tagColumns.filter((each) => each !== key),
      ...(isSorted && ({ column: "published", isDescending: true } as const)),
    });
  };
  return (
    <fieldset class="panel">
      <legend class="unseen">Tags as columns</legend>
      <p class="hint narrow">On a screen as narrow as this one columns of tags are not shown.</p>
      {counts.size === 0 && <p>None of these images has a tag.</p>}
      <input
        ref={input}
        type="search"
        aria-label="Find a tag"
        placeholder="Find a tag"
        value={part}
        onInput={(event) => setPart(event.currentTarget.value)}
      />
      <ul class="keys">
        {found.slice(0, maxOffered).map((key) => (
          <li key={key}>
            <label>
              <input
                type="checkbox"
                checked={tagColumns.includes(key)}
                disabled={isFull && !tagColumns.includes(key)}
                onClick={() => toggle(key)}
              />{" "}
              <bdi>{key || "(empty)"}</bdi> <span class="quiet">{counts.get(key) ?? 0}</span>
            </label>
          </li>
        ))}
      </ul>
      {isFull && <p class="hint">A list has at most {maxTagColumns} columns of tags.</p>}
      {found.length > maxOffered && (
        <p class="hint">{found.length - maxOffered} more: type a part of the tag's name.</p>
      )}
    </fieldset>
  );
}

/** Which tag an image must have: a key and a value, of those that occur or any other. */
export function TagFilterPanel({ images, address: { tag }, onChange, onClose }: TagPanelProps) {
  const [typed, setTyped] = useState(tag ?? { key: "", value: "" });
  const keys = useMemo(() => countTagKeys(images), [images]);
  const values = useMemo(() => countTagValues(images, typed.key), [images, typed.key]);
  const input = useFirstFocus();
  const filter = (event: Event) => {
    event.preventDefault();
    onChange({ tag: typed });
    onClose();
  };
  return (
    <form class="panel by-tag" onSubmit={filter}>
      <label>
        Tag
        <input
          ref={input}
          list="tag-keys"
          maxLength={maxText}
          value={typed.key}
          onInput={(event) => setTyped({ ...typed, key: event.currentTarget.value })}
        />
      </label>
      <Offered id="tag-keys" counts={keys} />
      <label>
        Value
        <input
          list="tag-values"
          maxLength={maxText}
          value={typed.value}
          onInput={(event) => setTyped({ ...typed, value: event.currentTarget.value })}
        />
      </label>
      <Offered id="tag-values" counts={values} />
      <button type="submit" class="primary">
        Filter
      </button>
    </form>
  );
}

const Offered = ({ id, counts }: { id: string; counts: ReadonlyMap<string, number> }) => (
  <datalist id={id}>
    {[...counts].slice(0, maxOffered).map(([text, count]) => (
      <option key={text} value={text}>
        {text} ({count})
      </option>
    ))}
  </datalist>
);

/** For what has the focus when the panel opens. */
function useFirstFocus() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return input;
}
