import { useLayoutEffect, useRef } from "preact/hooks";
import {
  addRow,
  findType,
  switchMode,
  type TagRow,
  type TagsDraft,
  type TagType,
  tagTypes,
} from "../../edit/tag-rows.ts";

type Props = { draft: TagsDraft; mistake: string | undefined; onChange: (draft: TagsDraft) => void };

/** Tags as rows or as JSON, whichever suits; the mistake is told at both. */
export function TagsEditor({ draft, mistake, onChange }: Props) {
  const box = useRef<HTMLFieldSetElement>(null);
  /** What gets the focus once the page has drawn the change: its place would be gone. */
  const next = useRef("");
  useLayoutEffect(() => {
    if (next.current) box.current?.querySelector<HTMLElement>(next.current)?.focus();
    next.current = "";
  });
  const changeRows = (rows: TagRow[], focus = "") => {
    next.current = focus;
    onChange({ mode: "rows", rows });
  };
  return (
    <fieldset class="tags" ref={box}>
      <legend>Tags</legend>
      {draft.mode === "json" ? (
        <textarea
          class="mono"
          aria-label="Tags as JSON"
          aria-invalid={mistake ? "true" : undefined}
          aria-describedby={mistake ? "tags-mistake" : undefined}
          rows={8}
          spellcheck={false}
          value={draft.text}
          onInput={(event) => onChange({ mode: "json", text: event.currentTarget.value })}
        />
      ) : (
        <Rows rows={draft.rows} mistake={mistake} onChange={changeRows} />
      )}
      {mistake && (
        <p class="mistake" id="tags-mistake">
          {mistake}
        </p>
      )}
      <div class="actions">
        {draft.mode === "rows" && (
          <button type="button" class="add" onClick={() => changeRows(addRow(draft.rows), "li:last-child input")}>
            Add a tag
          </button>
        )}
        <button type="button" class="plain" onClick={() => onChange(switchMode(draft))}>
          {draft.mode === "rows" ? "Edit as JSON" : "Edit as rows"}
        </button>
      </div>
    </fieldset>
  );
}

type RowsProps = {
  rows: readonly TagRow[];
  mistake: string | undefined;
  /** @param focus the selector of what gets the focus */
  onChange: (rows: TagRow[], focus?: string) => void;
};

function Rows({ rows, mistake, onChange }: RowsProps) {
  const set = (at: number, part: Partial<TagRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...part } : row)));
  const attributes = {
    spellcheck: false,
    dir: "auto" as const,
    "aria-invalid": mistake ? ("true" as const) : undefined,
    "aria-describedby": mistake ? "tags-mistake" : undefined,
  };
  if (rows.length === 0) return <p class="quiet">No tags.</p>;
  return (
    <ul class="plain">
      {rows.map((row, at) => (
        <li key={row.id}>
          <input
            {...attributes}
            aria-label={`Key of tag ${at + 1}`}
            value={row.key}
            onInput={(event) => set(at, { key: event.currentTarget.value })}
          />
          <input
            {...attributes}
            class="mono"
            aria-label={`Value of tag ${at + 1}`}
            value={row.text}
            onInput={(event) => set(at, { text: event.currentTarget.value })}
          />
          <TypeOf row={row} label={`Type of tag ${at + 1}`} onChoose={(type) => set(at, { type })} />
          <button
            type="button"
            class="plain"
            aria-label={`Remove tag ${at + 1}`}
            onClick={() =>
              onChange(
                rows.filter((_, index) => index !== at),
                rows.length > 1 ? `li:nth-child(${Math.min(at + 1, rows.length - 1)}) button` : ".add",
              )
            }
          >
            Remove
          </button>
        </li>
      ))}
    </ul>
  );
}

type TypeProps = { row: TagRow; label: string; onChoose: (type: TagType) => void };

/** What the value is: as it looks, until somebody chooses. */
const TypeOf = ({ row, label, onChoose }: TypeProps) => (
  <select
    aria-label={label}
    value={findType(row)}
    // as: its options are the types
    onChange={(event) => onChoose(event.currentTarget.value as TagType)}
  >
    {Object.entries(tagTypes).map(([type, name]) => (
      <option key={type} value={type}>
        {name}
      </option>
    ))}
  </select>
);
