import type { ComponentChildren } from "preact";
import { isJsonObject, toJsonObject } from "../api/image.ts";
import { splitTextDifference } from "../edit/difference.ts";
import { type Difference, listTagDifferences } from "../edit/merge.ts";
import { AccountName } from "./account-name.tsx";

type Props = {
  differences: readonly Difference[];
  /** What can be done with a field, beside it. */
  renderAction?: (difference: Difference) => ComponentChildren;
};

/** Fields that differ, each with what it was and what it is. Signs say what went and what came, not colours alone. */
export const Differences = ({ differences, renderAction }: Props) => (
  <dl class="differences">
    {differences.map((each) => {
      const action = renderAction?.(each);
      return (
        <div key={each.field}>
          <dt>
            <bdi>{each.field}</bdi>
          </dt>
          <dd>
            <FieldDifference {...each} />
          </dd>
          {action && <dd class="beside">{action}</dd>}
        </div>
      );
    })}
  </dl>
);

function FieldDifference({ field, before, after }: Difference) {
  if (field === "tags" && isJsonObject(before ?? {}) && isJsonObject(after ?? {})) {
    return <TagDifferences differences={listTagDifferences(toJsonObject(before), toJsonObject(after))} />;
  }
  if (field === "acl") return <AclDifference before={toTexts(before)} after={toTexts(after)} />;
  return <ValueDifference before={before ?? undefined} after={after ?? undefined} />;
}

/** A tag may be called `acl` or `tags`. */
const TagDifferences = ({ differences }: { differences: readonly Difference[] }) => (
  <dl class="differences">
    {differences.map(({ field, ...values }) => (
      <div key={field}>
        <dt>
          <bdi>{field}</bdi>
        </dt>
        <dd>
          <ValueDifference {...values} />
        </dd>
      </div>
    ))}
  </dl>
);

/** Undefined is absent. */
function ValueDifference({ before, after }: Omit<Difference, "field">) {
  if (typeof before === "string" && typeof after === "string") return <TextDifference before={before} after={after} />;
  return (
    <>
      {before !== undefined && <del>{formatValue(before)}</del>}{" "}
      {after !== undefined && <ins>{formatValue(after)}</ins>}
    </>
  );
}

/** Two texts in one line, where they have nothing in common, are no longer than this. */
const lineCharacters = 60;

function TextDifference({ before, after }: { before: string; after: string }) {
  const parts = splitTextDifference(before, after);
  const isApart = parts.every(({ kind }) => kind !== "same") && before.length + after.length > lineCharacters;
  return (
    <bdi class={isApart ? "text apart" : "text"}>
      {parts.map(({ kind, text }, at) =>
        // Parts have no names, and never move.
        kind === "same" ? text : kind === "added" ? <ins key={at}>{text}</ins> : <del key={at}>{text}</del>,
      )}
    </bdi>
  );
}

const AclDifference = ({ before, after }: { before: readonly string[]; after: readonly string[] }) => (
  <ul class="plain">
    {before
      .filter((account) => !after.includes(account))
      .map((account) => (
        <li key={account}>
          <del>
            <AccountName id={account} />
          </del>
        </li>
      ))}
    {after
      .filter((account) => !before.includes(account))
      .map((account) => (
        <li key={account}>
          <ins>
            <AccountName id={account} />
          </ins>
        </li>
      ))}
  </ul>
);

const toTexts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Text as it is, anything else as JSON, the null of a tag too; undefined, which is absent, in words. */
export function formatValue(value: unknown): string {
  if (value === undefined) return "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
}
