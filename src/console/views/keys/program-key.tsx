import { useState } from "preact/hooks";
import { type ScopeWord, scopeWords } from "../../../scope.ts";
import { uuidShape } from "../../../text.ts";
import type { Client } from "../../api/client.ts";
import type { AccountKey } from "../../api/image.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { describeInput, Field } from "../../ui/field.tsx";
import { addKey, type ChangeKeys } from "./change-keys.ts";
import { findLineMistake } from "./find-line-mistake.ts";
import { formatCurl, formatProfile } from "./program-lines.ts";

type Props = { client: Client; change: ChangeKeys; tell: (text: string) => void };

const day = 86_400_000;

/** How long a key may last, in days. 0 for ever. */
const terms = { "30": "30 days", "90": "90 days", "365": "a year", "0": "for ever" } as const;

/** The scope of these words, those about images for one image alone where one is named. */
const makeScope = (words: readonly ScopeWord[], image: string): string =>
  words.map((word) => (image !== "" && word.startsWith("images:") ? `${word}@${image}` : word)).join(" ");

type Mistakes = { line?: string | undefined; words?: string | undefined; image?: string | undefined };

const imageHint = "Its UUID. Empty: all images.";

const findMistakes = (key: { line: string; words: readonly ScopeWord[]; image: string }): Mistakes => ({
  line: findLineMistake(key.line),
  words: key.words.length === 0 ? "Choose what the key may do." : undefined,
  image:
    key.image === "" || uuidShape.test(key.image)
      ? undefined
      : "An image is named by its UUID in lower case, as its page shows it.",
});

/** Adds a key that can do less, and shows the lines that a program needs. docs/contract.md#scopes */
export function ProgramKey({ client, change, tell }: Props) {
  const [line, setLine] = useState("");
  const [words, setWords] = useState<readonly ScopeWord[]>([]);
  const [image, setImage] = useState("");
  const [term, setTerm] = useState("90");
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const [isBusy, setBusy] = useState(false);
  const [added, setAdded] = useState<AccountKey | null>(null);
  const add = async (event: Event) => {
    event.preventDefault();
    const found = findMistakes({ line, words, image: image.trim() });
    setMistakes(found);
    if (isBusy || Object.values(found).some((mistake) => mistake !== undefined)) return;
    setBusy(true);
    await change(async () => {
      const expires = term === "0" ? {} : { expires: new Date(Date.now() + Number(term) * day).toISOString() };
      const key = await addKey(client, { key: line.trim(), scope: makeScope(words, image.trim()), ...expires });
      setAdded(key);
      if (key.scope === undefined)
        return `The key ${key.name} may do everything: this service knows no scopes. Delete it.`;
      return `Added the key ${key.name}, which may do ${key.scope}.`;
    });
    setBusy(false);
  };
  const toggle = (word: ScopeWord) =>
    setWords((before) => (before.includes(word) ? before.filter((one) => one !== word) : [...before, word]));
  const lineHint = "Made where the program runs: ssh-keygen -t rsa -b 3072 -m PEM -N '' -C ci -f ci";
  return (
    <form class="panel" onSubmit={add} noValidate>
      <h2>Add a key for a program</h2>
      <Field id="program-line" label="OpenSSH line of the program" hint={lineHint} mistake={mistakes.line}>
        <textarea
          {...describeInput({ id: "program-line", hint: lineHint, mistake: mistakes.line })}
          class="mono"
          spellcheck={false}
          value={line}
          onInput={(event) => setLine(event.currentTarget.value)}
        />
      </Field>
      <fieldset>
        <legend>What it may do</legend>
        {scopeWords.map((word) => (
          <label key={word}>
            <input type="checkbox" checked={words.includes(word)} onChange={() => toggle(word)} /> {word}
          </label>
        ))}
        {mistakes.words && <p class="mistake">{mistakes.words}</p>}
      </fieldset>
      <Field id="program-image" label="For one image alone" hint={imageHint} mistake={mistakes.image}>
        <input
          {...describeInput({ id: "program-image", hint: imageHint, mistake: mistakes.image })}
          spellcheck={false}
          value={image}
          onInput={(event) => setImage(event.currentTarget.value)}
        />
      </Field>
      <Field id="program-term" label="For how long">
        <select id="program-term" value={term} onChange={(event) => setTerm(event.currentTarget.value)}>
          {Object.entries(terms).map(([days, text]) => (
            <option key={days} value={days}>
              {text}
            </option>
          ))}
        </select>
      </Field>
      <button type="submit" aria-disabled={isBusy}>
        Add the program's key
      </button>
      {added && <Lines added={added} client={client} tell={tell} />}
    </form>
  );
}

/** What a program needs beside its private key: a profile of triton, or lines for curl. */
function Lines({ added, client, tell }: Pick<Props, "client" | "tell"> & { added: AccountKey }) {
  const who = { ...added, account: client.account, origin: location.origin };
  return [
    ["a profile of triton", formatProfile(who)],
    ["curl", formatCurl(who)],
  ].map(([name = "", text = ""]) => (
    <section key={name}>
      <h3>With {name}</h3>
      <pre class="command">{text}</pre>
      <CopyButton text={text} label={`Copy the lines for ${name}`} tell={tell} />
    </section>
  ));
}
