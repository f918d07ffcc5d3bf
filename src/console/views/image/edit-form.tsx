import { useEffect, useRef, useState } from "preact/hooks";
import type { Client, Written } from "../../api/client.ts";
import { editableFields, type Update, type Versioned } from "../../api/image.ts";
import { listChanges } from "../../edit/difference.ts";
import { type Draft, judgeDraft, makeDraft, type TextField, textFields } from "../../edit/draft.ts";
import { Differences } from "../../ui/difference.tsx";
import { describeInput, Field } from "../../ui/field.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import { toRefusal } from "../../ui/use-loaded.ts";
import { Conflict } from "./conflict.tsx";
import { TagsEditor } from "./tags-editor.tsx";
import { useIntent } from "./use-intent.ts";

type Props = {
  client: Client;
  /** What the person saw before editing. */
  base: Versioned;
  tell: (text: string) => void;
  setHasEdits: (has: boolean) => void;
  onSaved: (saved: Versioned) => void;
};

/** The fields of one's own image: checked while they are typed, previewed, rehearsed, saved against what was seen. */
export function EditForm({ client, base, tell, setHasEdits, onSaved }: Props) {
  const [draft, setDraft] = useState<Draft>(() => makeDraft(base.image));
  const { attempt, refusal, isBusy, clear } = useAttempt();
  const [rehearsed, setRehearsed] = useState<Written | null>(null);
  const [theirs, setTheirs] = useState<Versioned | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const findIntent = useIntent(client.account, base.image.id);
  const { update, mistakes } = judgeDraft(draft, base.image);
  const refused = Object.fromEntries((refusal?.errors ?? []).map(({ field, message }) => [field, message]));
  const shown = { ...refused, ...mistakes };
  const hasEdits = Object.keys(update).length > 0 || Object.keys(mistakes).length > 0;
  useEffect(() => setHasEdits(hasEdits), [hasEdits]);

  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
    clear();
    setRehearsed(null);
  };

  /** Does something with the service. A 412 opens the comparison. */
  const attemptEdit = (act: () => Promise<void>) =>
    attempt(async () => {
      try {
        await act();
      } catch (error) {
        if (toRefusal(error).status === 412) setTheirs(await client.getImage(base.image.id).catch(() => null));
        focusMistake(form.current);
        throw error;
      }
    });

  const save = (what: Update, over: Versioned) =>
    attemptEdit(async () => {
      const { image, etag, changedFields, isReplayed } = await client.write(findIntent(what, over.etag));
      const said = changedFields.length > 0 ? `Saved: ${changedFields.join(", ")}.` : "Nothing changed.";
      tell(isReplayed ? "It had been saved already." : said);
      if (image && etag) onSaved({ image, etag });
    });

  const submit = (event: Event) => {
    event.preventDefault();
    if (isBusy || Object.keys(update).length === 0) return;
    if (Object.keys(mistakes).length > 0) focusMistake(form.current);
    else void save(update, base);
  };

  if (theirs) {
    return (
      <Conflict
        // Another version of theirs is another comparison: nothing is chosen yet.
        key={theirs.etag}
        {...{ base, theirs, update, refusal, isBusy }}
        onSave={(merged) => (Object.keys(merged).length > 0 ? void save(merged, theirs) : onSaved(theirs))}
        onBack={() => {
          setTheirs(null);
          clear();
        }}
      />
    );
  }

  return (
    <form
      ref={form}
      class="panel"
      aria-label="Edit the image"
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "s" && (event.ctrlKey || event.metaKey)) submit(event);
      }}
    >
      {refusal && refusal.errors.length === 0 && <RefusalNotice refusal={refusal} />}
      {(client.may("images:update", base.image.id) ? textNames : []).map((field) => (
        <TextInput
          key={field}
          field={field}
          value={draft[field]}
          mistake={shown[field]}
          onInput={(text) => change({ [field]: text })}
        />
      ))}
      {client.may("images:tag", base.image.id) && (
        <TagsEditor draft={draft.tags} mistake={shown["tags"]} onChange={(tags) => change({ tags })} />
      )}
      {Object.keys(update).length > 0 && (
        <section class="preview" aria-labelledby="preview">
          <h2 id="preview">What changes</h2>
          <Differences differences={listChanges(base.image, update)} />
        </section>
      )}
      {rehearsed && <Rehearsed written={rehearsed} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={isBusy || !hasEdits}>
          {refusal?.isUncertain ? "Send again" : "Save"}
        </button>
        <button
          type="button"
          disabled={isBusy || Object.keys(update).length === 0 || Object.keys(mistakes).length > 0}
          onClick={() =>
            attemptEdit(async () => {
              setRehearsed(await client.rehearse(findIntent(update, base.etag)));
            })
          }
        >
          Rehearse
        </button>
        <button type="button" disabled={isBusy || !hasEdits} onClick={() => change(makeDraft(base.image))}>
          Discard
        </button>
      </div>
    </form>
  );
}

const textNames = editableFields.filter((field) => field !== "tags");

type TextInputProps = {
  field: TextField;
  value: string;
  mistake: string | undefined;
  onInput: (text: string) => void;
};

function TextInput({ field, value, mistake, onInput }: TextInputProps) {
  const id = `field-${field}`;
  const attributes = {
    ...describeInput({ id, mistake }),
    value,
    dir: "auto" as const,
    onInput: (event: { currentTarget: { value: string } }) => onInput(event.currentTarget.value),
  };
  return (
    <Field id={id} label={textFields[field]} mistake={mistake}>
      {field === "description" ? <textarea {...attributes} rows={4} /> : <input {...attributes} spellcheck={false} />}
    </Field>
  );
}

/** What the service said that it would do. */
const Rehearsed = ({ written: { changedFields } }: { written: Written }) => (
  <p class="notice good" role="status">
    {changedFields.length > 0
      ? `The service would change: ${changedFields.join(", ")}. Nothing is written yet.`
      : "The service would change nothing."}
  </p>
);

/** After the page has drawn the mistakes. */
function focusMistake(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
