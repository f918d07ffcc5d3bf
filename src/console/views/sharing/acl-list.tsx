import { useState } from "preact/hooks";
import { fold } from "../../names.ts";
import { AccountName, useNames } from "../../ui/account-name.tsx";
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
          <li key={account}>
            <AccountName id={account} />
            <span>
              <NameAccount id={account} tell={tell} />{" "}
              <button
                type="button"
                class="plain"
                disabled={isBusy}
                aria-label={`Remove ${names.get(account) ?? account}`}
                onClick={() => onRemove(account)}
              >
                Remove
              </button>
            </span>
          </li>
        ))}
      </ul>
      {matching.length > maxShown && <p class="hint">{matching.length - maxShown} more: search for them.</p>}
      {matching.length === 0 && <p>No account matches.</p>}
    </>
  );
}
