import { useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import { describeInput, Field } from "../../ui/field.tsx";
import { addKey, type ChangeKeys } from "./change-keys.ts";
import { findLineMistake } from "./find-line-mistake.ts";

const hint = "One line of OpenSSH, such as ~/.ssh/id_ed25519.pub has.";

/** Adds a key by its OpenSSH line. */
export function AddKeyForm({ client, change }: { client: Client; change: ChangeKeys }) {
  const [line, setLine] = useState("");
  const [name, setName] = useState("");
  const [mistake, setMistake] = useState<string | undefined>();
  const [isBusy, setBusy] = useState(false);
  const add = async (event: Event) => {
    event.preventDefault();
    const found = findLineMistake(line);
    setMistake(found);
    if (found || isBusy) return;
    setBusy(true);
    const isAdded = await change(async () => {
      const added = await addKey(client, { key: line.trim(), ...(name.trim() && { name: name.trim() }) });
      return `Added the key ${added.name}.`;
    });
    setBusy(false);
    if (!isAdded) return;
    setLine("");
    setName("");
  };
  return (
    <form class="panel" onSubmit={add} noValidate>
      <h2>Add a key</h2>
      <Field id="key-line" label="Public key" hint={hint} mistake={mistake}>
        <textarea
          {...describeInput({ id: "key-line", hint, mistake })}
          class="mono"
          spellcheck={false}
          value={line}
          onInput={(event) => setLine(event.currentTarget.value)}
        />
      </Field>
      <Field id="key-name" label="Name" hint="Empty: the line's comment.">
        <input
          id="key-name"
          aria-describedby="key-name-hint"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </Field>
      <button type="submit" aria-disabled={isBusy}>
        Add the key
      </button>
    </form>
  );
}
