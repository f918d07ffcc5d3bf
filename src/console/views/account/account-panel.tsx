import { formatRoute } from "../../route.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { useLoaded } from "../../ui/use-loaded.ts";
import type { AccountDialog, AccountProps } from "./account-props.ts";

type Props = AccountProps & {
  /** Closes the menu, and opens a dialog. */
  onOpen: (dialog: AccountDialog | null) => void;
};

/** What the account's menu holds: who signs, with which key, for which account; and what to do about it. */
export function AccountPanel({ client, session, tell, onOpen }: Props) {
  const { login, key, keyName, actAs, operator } = client.session;
  const account = useLoaded(`account ${client.account}`, client.getAccountId);
  return (
    <>
      <p>
        Signed in as{" "}
        <b>
          <bdi>{login}</bdi>
        </b>
        {actAs !== null && (
          <>
            , acting as{" "}
            <b>
              <bdi>{actAs}</bdi>
            </b>{" "}
            in this tab
          </>
        )}
      </p>
      <h2>Key</h2>
      {keyName !== undefined && <bdi>{keyName}</bdi>}
      <p class="copied">
        <span class="mono">{key.fingerprint}</span>
        <CopyButton text={key.fingerprint} label="Copy fingerprint" tell={tell} />
      </p>
      <h2>
        UUID of <bdi>{client.account}</bdi>
      </h2>
      {account.value !== null ? (
        <p class="copied">
          <span class="mono">{account.value}</span>
          <CopyButton text={account.value} label="Copy UUID" tell={tell} />
        </p>
      ) : (
        <p>{account.refusal ? "The service did not tell." : "Loading…"}</p>
      )}
      <p class="hint">Others share an image with the account by this UUID.</p>
      <ul class="plain">
        {actAs !== null ? (
          <li>
            <button
              type="button"
              onClick={() => {
                onOpen(null);
                void session.actAs(null);
              }}
            >
              Stop acting
            </button>
          </li>
        ) : (
          operator && (
            <li>
              <button type="button" onClick={() => onOpen("act-as")}>
                Act as…
              </button>
            </li>
          )
        )}
        {client.may("keys") && (
          <li>
            <a class="button" href={formatRoute({ view: "keys" })} onClick={() => onOpen(null)}>
              Keys of the account
            </a>
          </li>
        )}
        <li>
          <button type="button" onClick={() => onOpen("names")}>
            Names of accounts…
          </button>
        </li>
        <li>
          <a class="button" href="/--docs/">
            Documentation of the API
          </a>
        </li>
        <li>
          <button type="button" class="danger" onClick={() => onOpen("forget")}>
            Forget key
          </button>
        </li>
      </ul>
    </>
  );
}
