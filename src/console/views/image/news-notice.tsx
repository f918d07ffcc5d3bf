import type { AuditEntry } from "../../api/image.ts";
import type { News } from "../../store/image-store.ts";
import { Differences } from "../../ui/difference.tsx";
import { Time } from "../../ui/time.tsx";

/** What others changed while the image was shown: who, when, and what. */
export function NewsNotice({ news, onSeen }: { news: readonly News[]; onSeen: () => void }) {
  if (news.length === 0) return null;
  return (
    <section class="notice warn" role="status" aria-label="What changed meanwhile">
      <ul class="plain">
        {news.map(({ caller, time, revision, changes, isOwn }) => (
          <li key={revision}>
            <p>
              {isOwn ? "You, elsewhere," : describeCaller(caller)} changed{" "}
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

function describeCaller(caller: AuditEntry["caller"]): string {
  if (caller.type === "operator") return "The operator of the service";
  const [, login = "", , key = ""] = caller.keyId.split("/");
  return `A key of ${login} (${key})`;
}
