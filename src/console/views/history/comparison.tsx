import type { Client } from "../../api/client.ts";
import type { AuditEntry } from "../../api/image.ts";
import { type Compared, compareImages } from "../../edit/compare.ts";
import { splitTextDifference } from "../../edit/difference.ts";
import { AccountName } from "../../ui/account-name.tsx";
import { formatValue } from "../../ui/difference.tsx";
import { NotLoaded } from "../../ui/not-loaded.tsx";
import { Time } from "../../ui/time.tsx";
import { useLoaded } from "../../ui/use-loaded.ts";
import { type History, readKept } from "./read-history.ts";
import { describeAction } from "./revision.tsx";

type Props = { id: string; client: Client; history: History; compare: readonly [number, number] };

/** Two revisions beside each other: what differs first, tags one by one, the acl account by account. */
export function Comparison({ id, client, history, compare }: Props) {
  const loaded = useLoaded(`revisions ${id} ${compare}`, () =>
    Promise.all(compare.map((revision) => readKept(client, id, revision))),
  );
  const [before, after] = loaded.value ?? [];
  const newest = history.entries[0]?.revision ?? 0;
  return (
    <>
      <NotLoaded what="the two revisions" loaded={loaded} readAt={loaded.value && history.readAt} />
      {loaded.value &&
        compare
          .filter((_, at) => !loaded.value?.[at])
          .map((revision) => (
            <p key={revision} class="notice warn">
              {revision > newest
                ? `There is no revision ${revision}: the newest is ${newest}.`
                : `Revision ${revision} is no longer kept.`}
            </p>
          ))}
      {before && after && <Table {...compareImages(before.image, after.image)} {...{ compare, history }} />}
    </>
  );
}

type TableProps = Pick<Props, "compare" | "history"> & ReturnType<typeof compareImages>;

function Table({ compare, history: { entries, current }, differing, same }: TableProps) {
  const newest = entries[0]?.revision;
  const sides = compare.map((revision) => ({
    revision,
    title: `Revision ${revision}${current && revision === newest ? ", which is now" : ""}`,
    entry: entries.find((entry) => entry.revision === revision),
  }));
  return (
    <>
      {differing.length === 0 ? (
        <p>No field differs.</p>
      ) : (
        <table class="compared">
          <thead>
            <tr>
              <th scope="col">Field</th>
              {sides.map(({ revision, title, entry }) => (
                <th key={revision} scope="col">
                  {title} {entry && <Made entry={entry} />}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differing.map((each) => (
              <tr key={`${each.field} ${each.part}`}>
                <th scope="row">
                  <Name {...each} />
                </th>
                <td data-title={sides[0]?.title}>
                  <Side {...each} shown="removed" />
                </td>
                <td data-title={sides[1]?.title}>
                  <Side {...each} shown="added" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {same.length > 0 && (
        <details>
          <summary>
            {same.length === 1 ? "1 field is the same in both" : `${same.length} fields are the same in both`}
          </summary>
          <dl class="facts">
            {same.map((each) => [
              <dt key={`${each.field} ${each.part} name`}>
                <Name {...each} />
              </dt>,
              <dd key={`${each.field} ${each.part}`}>
                <bdi class="text">{formatValue(each.after)}</bdi>
              </dd>,
            ])}
          </dl>
        </details>
      )}
    </>
  );
}

const Made = ({ entry: { action, time } }: { entry: AuditEntry }) => (
  <span class="made">
    {describeAction(action)} <Time time={time} />
  </span>
);

const Name = ({ field, part }: Compared) => (
  <>
    {field === "tags" && part !== null ? "tag" : field}{" "}
    {part !== null && (field === "acl" ? <AccountName id={part} /> : <bdi>{part}</bdi>)}
  </>
);

/** What one of the two has, with what the other has not marked. */
function Side({ field, before, after, shown }: Compared & { shown: "removed" | "added" }) {
  const value = shown === "removed" ? before : after;
  if (value === undefined) return <span class="quiet">{field === "acl" ? "not shared" : "(none)"}</span>;
  const Mark = shown === "removed" ? "del" : "ins";
  if (typeof before !== "string" || typeof after !== "string") {
    return (
      <bdi class="text">
        <Mark>{formatValue(value)}</Mark>
      </bdi>
    );
  }
  const parts = splitTextDifference(before, after).filter(({ kind }) => kind === "same" || kind === shown);
  // Parts have no names, and never move.
  return (
    <bdi class="text">{parts.map(({ kind, text }, at) => (kind === "same" ? text : <Mark key={at}>{text}</Mark>))}</bdi>
  );
}
