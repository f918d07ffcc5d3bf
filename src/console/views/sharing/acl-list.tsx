import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { fold } from "../../names.ts";
import { AccountName, useNames } from "../../ui/account-name.tsx";
import { Action } from "../../ui/action.tsx";
import { catchFocus } from "../../ui/focus.ts";
import { NameAccount } from "../account/name-account.tsx";

type Props = {
  acl: readonly string[];
  isBusy: boolean;
  tell: (text: string) => void;
  onRemove: (account: string) => void;
};

/** So many are shown at once; a search finds the rest. */
const maxShown = 100;

/** The accounts of an acl, each with a button to remove it. */
export function AclList({ acl, isBusy, tell, onRemove }: Props) {
  const [search, setSearch] = useState("");
  const { names } = useNames();
  if (acl.length === 0) return <p>Nobody yet.</p>;
  const searched = fold(search.trim());
  const matching = acl.filter((account) => fold(`${account} ${names.get(account) ?? ""}`).includes(searched));
  return (
    <>
      {acl.length > 10 && (
        <input
          type="search"
          aria-label={`Find one of ${acl.length} accounts`}
          placeholder={`Find one of ${acl.length} accounts`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ul class="plain accounts">
        {matching.slice(0, maxShown).map((account) => (
          <Row key={account} {...{ account, isBusy, tell, onRemove }} name={names.get(account)} />
        ))}
      </ul>
      {matching.length > maxShown && <p class="hint">{matching.length - maxShown} more: search for them.</p>}
      {matching.length === 0 && <p>No account matches.</p>}
    </>
  );
}

type RowProps = Omit<Props, "acl"> & { account: string; name: string | undefined };

function Row({ account, name, isBusy, tell, onRemove }: RowProps) {
  const row = useRef<HTMLLIElement>(null);
  // When it goes with the focus, the focus goes to the same button of its neighbour.
  useLayoutEffect(
    () => () => {
      const { current } = row;
      if (!current?.contains(document.activeElement)) return;
      const neighbour = current.nextElementSibling ?? current.previousElementSibling;
      catchFocus(neighbour?.querySelector("button:last-of-type") ?? null);
    },
    [],
  );
  return (
    <li ref={row}>
      <AccountName id={account} />
      <span>
        <NameAccount id={account} tell={tell} />{" "}
        <Action class="plain" isOff={isBusy} label={`Remove ${name ?? account}`} onClick={() => onRemove(account)}>
          Remove
        </Action>
      </span>
    </li>
  );
}
