import { switchMode, type TagRow, type TagsDraft } from "../../edit/tag-rows.ts";

type Props = { draft: TagsDraft; mistake: string | undefined; onChange: (draft: TagsDraft) => void };

/** Tags as rows or as JSON, whichever suits; the mistake is told at both. */
export function TagsEditor({ draft, mistake, onChange }: Props) {
  return (
    <fieldset class="tags">
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
        <Rows rows={draft.rows} mistake={mistake} onChange={(rows) => onChange({ mode: "rows", rows })} />
      )}
      {mistake && (
        <p class="mistake" id="tags-mistake">
          {mistake}
        </p>
      )}
      <div class="actions">
        {draft.mode === "rows" && (
          <button
            type="button"
            onClick={() => onChange({ mode: "rows", rows: [...draft.rows, { key: "", text: "" }] })}
          >
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

type RowsProps = { rows: readonly TagRow[]; mistake: string | undefined; onChange: (rows: TagRow[]) => void };

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
    <>
      <ul class="plain">
        {rows.map((row, at) => (
          <li key={at}>
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
            <button
              type="button"
              class="plain"
              aria-label={`Remove tag ${at + 1}`}
              onClick={() => onChange(rows.filter((_, index) => index !== at))}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <p class="hint">A value is JSON where it reads as JSON (8, true, "8", {'{"a": 1}'}), else text.</p>
    </>
  );
}
