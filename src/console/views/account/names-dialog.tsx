import { useEffect, useRef, useState } from "preact/hooks";
import { formatNameLines, readNameLines } from "../../name-rules.ts";
import { keepNames, type Names } from "../../names.ts";
import { useNames } from "../../ui/account-name.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { describeInput, Field } from "../../ui/field.tsx";

type Props = {
  tell: (text: string) => void;
  onClose: () => void;
  /** A line to begin with. */
  begun?: string;
};

const hint = "A line for each: 47034e57-42d1-0342-b302-00db733e8c8a Ann of accounting";

/** The names that this browser keeps for accounts: to add, change and remove. */
export function NamesDialog({ tell, onClose, begun = "" }: Props) {
  const { names } = useNames();
  const [text, setText] = useState(begun);
  const [mistake, setMistake] = useState<string | undefined>();
  const lines = useRef<HTMLTextAreaElement>(null);
  useEffect(() => lines.current?.focus(), []);
  const keep = (next: Names, said: string): boolean => {
    try {
      keepNames(next);
      tell(said);
      return true;
    } catch {
      setMistake("The browser keeps no more of this page. Nothing was changed.");
      return false;
    }
  };
  const add = (event: Event) => {
    event.preventDefault();
    const read = readNameLines(text, names);
    setMistake("mistake" in read ? read.mistake : undefined);
    if ("names" in read && keep(read.names, read.count === 1 ? "Kept 1 name." : `Kept ${read.count} names.`))
      setText("");
    lines.current?.focus();
  };
  const remove = (id: string) => {
    keep(new Map([...names].filter(([each]) => each !== id)), "Removed the name.");
    lines.current?.focus();
  };
  return (
    <Dialog title="Names of accounts" onClose={onClose}>
      <p>
        The console shows them in place of UUIDs. This browser alone keeps them, for every account that signs in here;
        no service and nobody else learns them.
      </p>
      {names.size > 0 && (
        <ul class="plain accounts">
          {[...names]
            .sort(([, one], [, other]) => one.localeCompare(other))
            .map(([id, name]) => (
              <li key={id}>
                <span>
                  <b>
                    <bdi>{name}</bdi>
                  </b>{" "}
                  <span class="mono">{id}</span>
                </span>
                <span>
                  <button
                    type="button"
                    class="plain"
                    aria-label={`Change ${name}`}
                    onClick={() => {
                      setText(`${id} ${name}`);
                      lines.current?.focus();
                    }}
                  >
                    Change
                  </button>{" "}
                  <button type="button" class="plain" aria-label={`Remove ${name}`} onClick={() => remove(id)}>
                    Remove
                  </button>
                </span>
              </li>
            ))}
        </ul>
      )}
      <form onSubmit={add} noValidate>
        <Field id="names" label="UUIDs and names" hint={hint} mistake={mistake}>
          <textarea
            {...describeInput({ id: "names", hint, mistake })}
            ref={lines}
            rows={3}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </Field>
        <div class="actions">
          <button type="submit" class="primary">
            Keep the names
          </button>
          <button type="button" onClick={onClose}>
            Close
          </button>
          {names.size > 0 && <CopyButton text={formatNameLines(names)} label="Copy all lines" tell={tell} />}
        </div>
      </form>
    </Dialog>
  );
}
