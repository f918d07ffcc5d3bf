import { useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { makeIntent } from "../../api/intents.ts";
import { readAccounts, splitAccounts, takeOut } from "../../edit/accounts.ts";
import { resolveNames } from "../../names.ts";
import { useNames } from "../../ui/account-name.tsx";
import { describeInput, Field } from "../../ui/field.tsx";
import { RefusalNotice } from "../../ui/refusal-notice.tsx";
import { useAttempt } from "../../ui/use-attempt.ts";
import type { ViewProps } from "../../view-props.ts";
import { AclList } from "./acl-list.tsx";
import { Leave } from "./leave.tsx";

type Props = ViewProps & { image: Image; isOwn: boolean };

/** Who may use an image: the accounts of its acl, to add and to remove one by one; or the way out of it. */
export function Sharing(props: Props) {
  const { image, isOwn } = props;
  if (!isOwn) return image.public ? null : <Leave {...props} />;
  return (
    <section class="panel" aria-labelledby="sharing">
      <h2 id="sharing">Shared with</h2>
      {image.public && <p class="hint">The image is public: everybody may use it, whoever is listed here.</p>}
      <Grants {...props} />
    </section>
  );
}

/** Grants change the acl by account: what others add or remove at the same time stays. */
function Grants({ client, store, image, tell }: Props) {
  const [text, setText] = useState("");
  const { names } = useNames();
  const [mistake, setMistake] = useState<string | undefined>();
  const { attempt, refusal, isBusy } = useAttempt();
  const [partly, setPartly] = useState("");
  const write = (kind: "add-acl" | "remove-acl", acl: readonly string[]) =>
    store.write(makeIntent({ account: client.account, image: image.id, kind, body: { acl } }));
  const remove = (account: string) =>
    attempt(async () => {
      await write("remove-acl", [account]);
      tell("No longer shared with 1 account.");
    });
  /** In parts where one request cannot hold all: each grant stands by itself, and the field keeps what is left. */
  const share = async (accounts: readonly string[]) => {
    let done = 0;
    setPartly("");
    const isAll = await attempt(async () => {
      for (const part of splitAccounts(accounts)) {
        await write("add-acl", part);
        done += part.length;
        setText((now) => takeOut(now, part, names));
      }
      tell(`Shared with ${done === 1 ? "1 account" : `${done} accounts`}.`);
    });
    if (!isAll && done > 0)
      setPartly(`Shared with ${done} of ${accounts.length} accounts. The other ${accounts.length - done} are below.`);
  };
  const add = (event: Event) => {
    event.preventDefault();
    if (isBusy) return;
    const read = readAccounts(resolveNames(text, names));
    setMistake("mistake" in read ? read.mistake : undefined);
    if ("accounts" in read) void share(read.accounts);
  };
  const hint =
    "Account UUIDs, or names that you gave: one, or a list with blanks, commas or lines between them. The others find their UUID in their menu of this console, or by triton account get.";
  return (
    <>
      {refusal && <RefusalNotice refusal={refusal} />}
      {partly && (
        <p class="notice warn" role="alert">
          {partly}
        </p>
      )}
      <AclList acl={image.acl ?? []} isBusy={isBusy} tell={tell} onRemove={remove} />
      <form onSubmit={add} noValidate>
        <Field id="share-with" label="Share with" hint={hint} mistake={mistake}>
          <textarea
            {...describeInput({ id: "share-with", hint, mistake })}
            class="mono"
            rows={2}
            spellcheck={false}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </Field>
        <button type="submit" aria-disabled={isBusy}>
          Share
        </button>
      </form>
    </>
  );
}
