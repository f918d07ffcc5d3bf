import { useRef, useState } from "preact/hooks";
import type { Client, Written } from "../../api/client.ts";
import { describeRefusal } from "../../api/describe-refusal.ts";
import type { Image } from "../../api/image.ts";
import { type Refusal, toRefusal } from "../../api/refusal.ts";
import { listChanges } from "../../edit/difference.ts";
import {
  choose,
  type Edit,
  type Judged,
  judgeEdit,
  readTagsDraft,
  readText,
  type TextField,
  textFields,
  textNames,
  typeTags,
  typeText,
} from "../../edit/edit.ts";
import { addFieldMistakes, toRule } from "../../edit/validate.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { findAuthor, listNews } from "../../store/opened.ts";
import { Differences } from "../../ui/difference.tsx";
import { describeInput, Field } from "../../ui/field.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import { Conflict } from "./conflict.tsx";
import { TagsEditor } from "./tags-editor.tsx";

type Props = { id: string; client: Client; store: ImageStore; tell: (text: string) => void };

/** The fields of one's own image: checked while they are typed, previewed, rehearsed, saved over what is shown. */
export function EditForm({ id, client, store, tell }: Props) {
  const opened = store.read(id);
  const { attempt, refusal, isBusy, clear } = useAttempt();
  const [rehearsed, setRehearsed] = useState<Written | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const { version, edit } = opened;
  if (!version) return null;
  const { image, etag } = version;
  const judged = addFieldMistakes(judgeEdit(edit, image));
  const { update, conflicts } = judged;
  const isWorking = isBusy || opened.isSaving;
  const isReady = !isWorking && maySave(judged);

  const change = (make: Parameters<ImageStore["edit"]>[1]) => {
    store.edit(id, make);
    forget();
  };
  const forget = () => {
    clear();
    setRehearsed(null);
  };

  const attemptEdit = (act: () => Promise<void>) =>
    attempt(async () => {
      try {
        await act();
      } catch (error) {
        const failed = toRefusal(error);
        focusFirst(form.current, failed.status === 412 ? "#conflict" : invalid);
        // Another view is shown meanwhile, and this one tells nobody.
        if (!form.current) tell(`${image.name} is not saved: ${describeRefusal(failed).title}.`);
        throw error;
      }
    });

  const submit = (event: Event) => {
    event.preventDefault();
    if (isWorking || !judged.isTyped) return;
    setRehearsed(null);
    if (!isReady) focusFirst(form.current, isChosen(judged) ? invalid : ".conflicts input");
    else void attemptEdit(async () => tell(describeSaved(await store.save(id))));
  };

  const rehearse = () =>
    attemptEdit(async () => setRehearsed(await client.rehearse(store.findIntent(id, update, etag))));

  return (
    <form
      ref={form}
      class="panel edit"
      aria-label="Edit the image"
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "s" && (event.ctrlKey || event.metaKey)) submit(event);
      }}
    >
      <Refused refusal={refusal} hasNews={listNews(opened).length > 0} />
      {conflicts.length > 0 && (
        <Conflict
          conflicts={conflicts}
          authors={conflicts.map((conflict) => findAuthor(conflict, opened.told))}
          onChoose={(conflict, side) => change((now) => choose(now, conflict, side))}
        />
      )}
      <Fields {...{ id, client, image, edit, change }} mistakes={{ ...listRefused(refusal), ...judged.mistakes }} />
      {Object.keys(update).length > 0 && (
        <section class="preview" aria-labelledby="preview">
          <h2 id="preview">What changes</h2>
          <Differences differences={listChanges(image, update)} />
        </section>
      )}
      {rehearsed && <Rehearsed written={rehearsed} />}
      <SaveBar
        {...{ judged, isSaving: opened.isSaving, isWorking, isUncertain: refusal?.isUncertain ?? false }}
        onRehearse={() => void rehearse()}
        onDiscard={() => {
          forget();
          store.discard(id);
        }}
      />
    </form>
  );
}

const invalid = '[aria-invalid="true"]';

const isChosen = ({ conflicts }: Judged): boolean => conflicts.every(({ side }) => side !== null);

const maySave = (judged: Judged): boolean =>
  judged.isTyped && isChosen(judged) && Object.keys(judged.mistakes).length === 0;

/** The fields that the service refused, each with its sentence. */
const listRefused = (refusal: Refusal | null): Record<string, string> =>
  Object.fromEntries((refusal?.errors ?? []).map(({ field, message }) => [field, toRule(message)]));

/** Why the last try did not work, where no field says so, and nothing tells who was faster. */
const Refused = ({ refusal, hasNews }: { refusal: Refusal | null; hasNews: boolean }) =>
  !refusal || refusal.errors.length > 0 || (refusal.status === 412 && hasNews) ? null : (
    <RefusalNotice refusal={refusal} />
  );

type FieldsProps = Pick<Props, "id" | "client"> & {
  image: Image;
  edit: Edit;
  change: (make: Parameters<ImageStore["edit"]>[1]) => void;
  mistakes: Readonly<Record<string, string>>;
};

function Fields({ id, client, image, edit, change, mistakes }: FieldsProps) {
  return (
    <>
      {(client.may("images:update", id) ? textNames : []).map((field) => (
        <TextInput
          key={field}
          field={field}
          value={readText(edit, image, field)}
          mistake={mistakes[field]}
          onInput={(text) => change((now, current) => typeText(now, current, { field, text }))}
        />
      ))}
      {client.may("images:tag", id) && (
        <TagsEditor
          draft={readTagsDraft(edit, image)}
          mistake={mistakes["tags"]}
          onChange={(draft) => change((now, current) => typeTags(now, current, draft))}
        />
      )}
    </>
  );
}

function describeSaved(written: Written | null): string {
  if (!written) return "Theirs stays. Nothing was sent.";
  const { changedFields, isReplayed } = written;
  if (isReplayed) return "It had been saved already.";
  return changedFields.length > 0 ? `Saved: ${changedFields.join(", ")}.` : "Nothing changed.";
}

type SaveBarProps = {
  judged: Judged;
  isSaving: boolean;
  isWorking: boolean;
  /** No answer came to the last try. */
  isUncertain: boolean;
  onRehearse: () => void;
  onDiscard: () => void;
};

/** Stays in sight, and says what Save would do. Its buttons keep the focus while they can do nothing. */
function SaveBar({ judged, isSaving, isWorking, isUncertain, onRehearse, onDiscard }: SaveBarProps) {
  const isReady = !isWorking && maySave(judged);
  const [mayRehearse, mayDiscard] = [isReady && Object.keys(judged.update).length > 0, !isWorking && judged.isTyped];
  return (
    <div class="actions save-bar">
      <button type="submit" class="primary" aria-disabled={!isReady}>
        {isUncertain ? "Send again" : nameSave(judged)}
      </button>
      <button type="button" aria-disabled={!mayRehearse} onClick={() => mayRehearse && onRehearse()}>
        Rehearse
      </button>
      <button type="button" aria-disabled={!mayDiscard} onClick={() => mayDiscard && onDiscard()}>
        Discard
      </button>
      <span class="quiet" role="status">
        {isSaving ? "Saving… You may go on typing." : describeJudged(judged)}
      </span>
    </div>
  );
}

function nameSave({ update, conflicts, isTyped }: Judged): string {
  if (conflicts.length === 0) return "Save";
  return isTyped && Object.keys(update).length === 0 ? "Take theirs" : "Save over theirs";
}

function describeJudged(judged: Judged): string {
  const [fields, mistakes] = [Object.keys(judged.update), Object.keys(judged.mistakes)];
  if (mistakes.length > 0) return `Correct ${mistakes.join(", ")} first.`;
  if (!isChosen(judged)) return "Choose what stays first.";
  return fields.length > 0 ? `Not saved: ${fields.join(", ")}` : "";
}

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

/** Moves the focus to what there is to do, once the page has drawn it. */
function focusFirst(form: HTMLFormElement | null, what: string): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>(what)?.focus());
}
