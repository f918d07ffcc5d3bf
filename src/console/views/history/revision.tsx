import type { Client } from "../../api/client.ts";
import type { AuditEntry, Versioned } from "../../api/image.ts";
import type { Session } from "../../keys/kept-session.ts";
import { Differences } from "../../ui/difference.tsx";
import { Time } from "../../ui/time.tsx";
import { TakeBack } from "./take-back.tsx";

type Props = {
  entry: AuditEntry;
  session: Session;
  client: Client;
  current: Versioned | null;
  /** While the history is read again, `current` may be old: what is made over it would be refused. */
  isLoading: boolean;
  tell: (text: string) => void;
  onRevert: (() => void) | undefined;
  onChanged: () => void;
};

/** One revision: when, what, by whom, and what it changed. */
export function Revision({ entry, session, client, current, isLoading, tell, onRevert, onChanged }: Props) {
  const { action, time, caller, revision, changes } = entry;
  const differences = Object.entries(changes ?? {}).map(([field, change]) => ({ field, ...change }));
  return (
    <li>
      <p class="when">
        <b>{words[action] ?? action}</b> <span class="quiet">revision {revision}</span> <Time time={time} />
      </p>
      <p class="quiet">{describeCaller(caller, session)}</p>
      {changes === null ? (
        <p>What it changed is not known: the revision before is no longer kept.</p>
      ) : (
        <details open={JSON.stringify(changes).length < longCharacters}>
          <summary>{summarize(differences.map(({ field }) => field))}</summary>
          <Differences differences={differences} />
        </details>
      )}
      <div class="actions">
        {onRevert && (
          <button type="button" disabled={isLoading} onClick={onRevert}>
            Make the image as it was at revision {revision}…
          </button>
        )}
        {current && changes !== null && action !== "provision" && revision > 1 && (
          <TakeBack {...{ client, current, isLoading, tell, differences, onChanged }} />
        )}
      </div>
    </li>
  );
}

/** Longer ones are closed until somebody opens them. */
const longCharacters = 1500;

const words: Readonly<Record<string, string>> = {
  update: "Updated",
  revert: "Reverted",
  clone: "Cloned",
  delete: "Deleted",
  "add-acl": "Shared",
  "remove-acl": "Stopped sharing",
  leave: "An account left",
  "add-tags": "Tags added",
  "replace-tags": "Tags replaced",
  "delete-tag": "A tag deleted",
  "delete-tags": "All tags deleted",
  provision: "Provisioned",
};

const summarize = (fields: readonly string[]): string =>
  fields.length === 0 ? "No field changed" : `Changed ${fields.join(", ")}`;

function describeCaller(caller: AuditEntry["caller"], { key, login }: Session): string {
  if (caller.type === "operator") return "By the operator of the service";
  const isHere = caller.keyId === `/${login}/keys/${key.fingerprint}`;
  return `By ${caller.keyId}${isHere ? " (the key that signs here)" : ""}`;
}
