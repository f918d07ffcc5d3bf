import { useState } from "preact/hooks";

type Props = { acl: readonly string[]; isBusy: boolean; onRemove: (account: string) => void };

/** So many are shown at once; a search finds the rest. */
const maxShown = 100;

/** The accounts of an acl, each with a button to remove it. */
export function AclList({ acl, isBusy, onRemove }: Props) {
  const [search, setSearch] = useState("");
  if (acl.length === 0) return <p>Nobody yet.</p>;
  const matching = acl.filter((account) => account.includes(search.trim().toLowerCase()));
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
            <span class="mono">{account}</span>
            <button
              type="button"
              class="plain"
              disabled={isBusy}
              aria-label={`Remove ${account}`}
              onClick={() => onRemove(account)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {matching.length > maxShown && <p class="hint">{matching.length - maxShown} more: search for them.</p>}
      {matching.length === 0 && <p>No account matches.</p>}
    </>
  );
}
