import type { Client } from "../../api/client.ts";
import type { AuditEntry } from "../../api/image.ts";
import type { News } from "../../store/opened.ts";
import { Differences } from "../../ui/difference.tsx";
import { KeyName } from "../../ui/key-name.tsx";
import { Time } from "../../ui/time.tsx";

type Props = { news: readonly News[]; client: Client; onSeen: () => void };

/** What others changed while the image was shown: who, when, and what. */
export function NewsNotice({ news, client, onSeen }: Props) {
  if (news.length === 0) return null;
  return (
    <section class="notice warn" role="status" aria-label="What changed meanwhile">
      <ul class="plain">
        {news.map(({ caller, time, revision, changes, isOwn }) => (
          <li key={revision}>
            <p>
              {isOwn ? "You, elsewhere," : <Caller caller={caller} client={client} />} changed{" "}
              {Object.keys(changes).join(", ") || "nothing"}, <Time time={time} />.
            </p>
            <Differences differences={Object.entries(changes).map(([field, change]) => ({ field, ...change }))} />
          </li>
        ))}
      </ul>
      <p>What you type here stays, and is saved over the image as it is now.</p>
      <button type="button" onClick={onSeen}>
        I have seen it
      </button>
    </section>
  );
}

function Caller({ caller, client }: { caller: AuditEntry["caller"]; client: Client }) {
  if (caller.type === "operator") return <>The operator of the service</>;
  return (
    <>
      The key <KeyName keyId={caller.keyId} client={client} />
    </>
  );
}
