import { useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import type { AccountKey } from "../../api/image.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Time } from "../../ui/time.tsx";
import type { SessionChanges } from "../../ui/use-session.ts";
import { type ChangeKeys, deleteKey, readBlob } from "./change-keys.ts";

type Props = {
  keys: readonly AccountKey[];
  client: Client;
  change: ChangeKeys;
  session: SessionChanges;
};

/** The keys, and a button to delete each. */
export function KeyTable({ keys, client, change, session }: Props) {
  const [asked, setAsked] = useState<AccountKey | null>(null);
  const signing = readBlob(client.session.key.publicLine);
  const isSigning = ({ key }: AccountKey) => client.session.actAs === null && readBlob(key) === signing;
  if (keys.length === 0) return <p>The account has no keys: nobody can sign for it.</p>;
  return (
    <>
      <table class="keys">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind and MD5 fingerprint</th>
            <th scope="col">May do</th>
            <th scope="col">
              <span class="unseen">Delete</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.name}>
              <th scope="row">
                <bdi>{key.name}</bdi> {isSigning(key) && <span class="chip good">signs here</span>}
              </th>
              <td>
                <span class="kind">{key.key.split(" ")[0]}</span>{" "}
                <span class="mono">
                  {key.fingerprint.split(/(?<=:)/).map((pair, at) => [at > 0 && <wbr key={at} />, pair])}
                </span>
              </td>
              <td>
                <bdi>{key.scope ?? "everything"}</bdi>
                {key.expires && (
                  <>
                    , until <Time time={key.expires} />
                  </>
                )}
              </td>
              <td>
                <button type="button" class="plain" onClick={() => setAsked(key)} aria-label={`Delete ${key.name}`}>
                  Delete…
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {asked && (
        <DeleteKey
          name={asked.name}
          isSigning={isSigning(asked)}
          onClose={() => setAsked(null)}
          onDelete={() =>
            change(async () => {
              await deleteKey(client, asked.name);
              if (!isSigning(asked)) return `Deleted the key ${asked.name}.`;
              await session.forget("deleted");
              return `Deleted the key ${asked.name}, which signed here. Sign in with another one.`;
            })
          }
        />
      )}
    </>
  );
}

type DeleteKeyProps = { name: string; isSigning: boolean; onClose: () => void; onDelete: () => Promise<boolean> };

function DeleteKey({ name, isSigning, onClose, onDelete }: DeleteKeyProps) {
  const [isBusy, setBusy] = useState(false);
  return (
    <Dialog title="Delete the key?" onClose={onClose}>
      <p>
        <bdi>{name}</bdi> can sign nothing from the next request on.
      </p>
      {isSigning && (
        <p class="notice warn">
          It is the key that signs here. You are signed out with it, and need another key to sign in; without one, only
          the operator of the service can help.
        </p>
      )}
      <div class="actions">
        <button
          type="button"
          class="danger"
          disabled={isBusy}
          onClick={async () => {
            setBusy(true);
            await onDelete();
            onClose();
          }}
        >
          Delete the key
        </button>
        <button type="button" onClick={onClose}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
