import { useState } from "preact/hooks";
import type { ScopeWord } from "../../../scope.ts";
import { readAccounts } from "../../edit/accounts.ts";
import { emptyRow, findType, readTags, type TagRow, type TagType, tagTypes } from "../../edit/tag-rows.ts";
import { resolveNames } from "../../names.ts";
import { type BulkChange, findChangeMistake } from "../../store/bulk.ts";
import { useNames } from "../../ui/account-name.tsx";
import { describeInput, Field } from "../../ui/field.tsx";

type Kind = BulkChange["kind"];

/** What can be done to several images, and the word of a key's scope that it needs. */
export const kinds: Readonly<Record<Kind, { title: string; word: ScopeWord }>> = {
  "set-tag": { title: "Set a tag", word: "images:tag" },
  "remove-tag": { title: "Remove a tag", word: "images:tag" },
  share: { title: "Share with accounts", word: "images:share" },
  unshare: { title: "Stop sharing with accounts", word: "images:share" },
};

/** What is typed, of every kind, so that it stays while another is looked at. */
export type BulkDraft = { kind: Kind; row: TagRow; key: string; accounts: string };

export const emptyDraft = (kind: Kind): BulkDraft => ({ kind, row: emptyRow, key: "", accounts: "" });

type Props = {
  offered: readonly Kind[];
  draft: BulkDraft;
  onType: (draft: BulkDraft) => void;
  count: number;
  onChoose: (change: BulkChange) => void;
};

/** Which change to make. Nothing is made before it is rehearsed. */
export function BulkForm({ offered, draft, onType, count, onChoose }: Props) {
  const [mistake, setMistake] = useState<string | undefined>();
  const { names } = useNames();
  const type = (part: Partial<BulkDraft>) => {
    setMistake(undefined);
    onType({ ...draft, ...part });
  };
  const choose = (event: Event) => {
    event.preventDefault();
    const change = readDraft(draft, (text) => resolveNames(text, names));
    const found = "mistake" in change ? change.mistake : findChangeMistake(change);
    setMistake(found);
    if (found === undefined && !("mistake" in change)) onChoose(change);
  };
  return (
    <form onSubmit={choose} noValidate>
      <Field id="bulk-kind" label="What to do">
        <select
          id="bulk-kind"
          value={draft.kind}
          onChange={(event) => {
            const kind = offered.find((each) => each === event.currentTarget.value);
            if (kind) type({ kind });
          }}
        >
          {offered.map((kind) => (
            <option key={kind} value={kind}>
              {kinds[kind].title}
            </option>
          ))}
        </select>
      </Field>
      <Inputs draft={draft} mistake={mistake} onType={type} />
      <div class="actions">
        <button type="submit" class="primary">
          Rehearse for {count === 1 ? "1 image" : `${count} images`}
        </button>
      </div>
    </form>
  );
}

type InputsProps = { draft: BulkDraft; mistake: string | undefined; onType: (part: Partial<BulkDraft>) => void };

function Inputs({ draft, mistake, onType }: InputsProps) {
  const { kind, row } = draft;
  if (kind === "set-tag") {
    return (
      <>
        <Field id="bulk-key" label="Tag" mistake={mistake}>
          <input
            {...describeInput({ id: "bulk-key", mistake })}
            value={row.key}
            onInput={(event) => onType({ row: { ...row, key: event.currentTarget.value } })}
          />
        </Field>
        <Field id="bulk-value" label="Value">
          <input
            id="bulk-value"
            value={row.text}
            onInput={(event) => onType({ row: { ...row, text: event.currentTarget.value } })}
          />
        </Field>
        <Field id="bulk-type" label="Type of the value">
          <select
            id="bulk-type"
            value={findType(row)}
            onChange={(event) => onType({ row: { ...row, type: event.currentTarget.value as TagType } })}
          >
            {Object.entries(tagTypes).map(([type, title]) => (
              <option key={type} value={type}>
                {title}
              </option>
            ))}
          </select>
        </Field>
      </>
    );
  }
  const [name, label, hint] =
    kind === "remove-tag"
      ? (["key", "Tag", undefined] as const)
      : ([
          "accounts",
          "Accounts",
          "Account UUIDs, or names that you gave, with blanks, commas or lines between them.",
        ] as const);
  return (
    <Field id="bulk-text" label={label} hint={hint} mistake={mistake}>
      <input
        {...describeInput({ id: "bulk-text", hint, mistake })}
        value={draft[name]}
        onInput={(event) => onType({ [name]: event.currentTarget.value })}
      />
    </Field>
  );
}

/** The change that a draft stands for, or why it stands for none. */
function readDraft(
  { kind, row, key, accounts }: BulkDraft,
  resolve: (text: string) => string,
): BulkChange | { mistake: string } {
  if (kind === "remove-tag") return { kind, key };
  if (kind === "set-tag") {
    if (row.key === "") return { mistake: "Which tag?" };
    const read = readTags({ mode: "rows", rows: [{ ...row, type: findType(row) }] });
    return "mistake" in read ? read : { kind, tags: read.tags };
  }
  const read = readAccounts(resolve(accounts));
  return "mistake" in read ? read : { kind, accounts: read.accounts };
}
