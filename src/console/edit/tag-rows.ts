import { isJsonObject, type JsonObject } from "../api/image.ts";

/** A tag as a person types it. */
export type TagRow = { key: string; text: string };

/** Tags while they are typed: as rows, or as JSON. */
export type TagsDraft = { mode: "rows"; rows: readonly TagRow[] } | { mode: "json"; text: string };

/** What a draft stands for, or why it stands for nothing. */
export type ReadTags = { tags: JsonObject } | { mistake: string };

/** Tags as rows. */
export const makeTagsDraft = (tags: JsonObject): TagsDraft => ({
  mode: "rows",
  rows: Object.entries(tags).map(([key, value]) => ({ key, text: formatTagValue(value) })),
});

/** A string as itself, unless it would be read as something else; any other value as JSON. */
export function formatTagValue(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  const isItself = readTagValue(value) === value && !/[\r\n]/.test(value);
  return isItself ? value : JSON.stringify(value);
}

/** JSON where it is JSON (`8`, `true`, `"8"`, `{"a":1}`), else a string. */
export function readTagValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The tags of a draft. */
export function readTags(draft: TagsDraft): ReadTags {
  return draft.mode === "rows" ? readRows(draft.rows) : readJson(draft.text);
}

/** A row without key and value is one that nobody has filled in. */
function readRows(rows: readonly TagRow[]): ReadTags {
  const filled = rows.filter(({ key, text }) => key !== "" || text !== "");
  const seen = new Set<string>();
  for (const { key } of filled) {
    if (seen.has(key)) return { mistake: `The key "${key}" stands twice.` };
    seen.add(key);
  }
  return { tags: Object.fromEntries(filled.map(({ key, text }) => [key, readTagValue(text)])) };
}

function readJson(text: string): ReadTags {
  try {
    const tags: unknown = JSON.parse(text);
    return isJsonObject(tags) ? { tags } : { mistake: 'Tags are a JSON object, such as {"role": "db"}.' };
  } catch (error) {
    return { mistake: `This is no JSON: ${error instanceof Error ? error.message : "it does not parse"}.` };
  }
}

/** The same tags in the other form; the draft as it is where it has a mistake. */
export function switchMode(draft: TagsDraft): TagsDraft {
  const read = readTags(draft);
  if ("mistake" in read) return draft;
  return draft.mode === "json" ? makeTagsDraft(read.tags) : { mode: "json", text: JSON.stringify(read.tags, null, 2) };
}
