import { useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import { Field } from "../../ui/field.tsx";
import { addKey, type ChangeKeys } from "./change-keys.ts";

/** Adds a key by its OpenSSH line. */
export function AddKeyForm({ client, change }: { client: Client; change: ChangeKeys }) {
  const [line, setLine] = useState("");
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const add = async (event: Event) => {
    event.preventDefault();
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
    <form class="panel" onSubmit={add}>
      <h2>Add a key</h2>
      <Field id="key-line" label="Public key" hint="One line of OpenSSH, such as ~/.ssh/id_ed25519.pub has.">
        <textarea
          id="key-line"
          aria-describedby="key-line-hint"
          class="mono"
          required
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
      <button type="submit" disabled={isBusy}>
        Add the key
      </button>
    </form>
  );
}
