import { findInexactNumber } from "../../syntax/inexact-number.ts";
import { listRepeatedNames } from "../../syntax/repeated-names.ts";
import { isJsonObject, type JsonObject } from "../api/image.ts";

/** What the value of a tag may be. */
export const tagTypes = { text: "Text", number: "Number", boolean: "true or false", json: "JSON" } as const;

export type TagType = keyof typeof tagTypes;

/** A tag as a person types it. `id`: of the row, whatever its key. `type`: null until it is chosen; until then what the text looks like. */
export type TagRow = { id: string; key: string; text: string; type: TagType | null };

/** Tags while they are typed: as rows, or as JSON. */
export type TagsDraft = { mode: "rows"; rows: readonly TagRow[] } | { mode: "json"; text: string };

/** What a draft stands for, or why it stands for nothing. */
export type ReadTags = { tags: JsonObject } | { mistake: string };

export const emptyRow: TagRow = { id: "new", key: "", text: "", type: null };

/** Rows with one more, which has an id that no other has. */
export function addRow(rows: readonly TagRow[], row = emptyRow): TagRow[] {
  const isTaken = rows.some(({ id }) => id === row.id);
  return isTaken ? addRow(rows, { ...row, id: `${row.id}'` }) : [...rows, row];
}

/** Whether nobody has filled in a row. */
export const isEmptyRow = ({ key, text }: TagRow): boolean => key === "" && text === "";

/** Tags as rows. */
export const makeTagsDraft = (tags: JsonObject): TagsDraft => ({
  mode: "rows",
  rows: Object.entries(tags).map(([key, value]) => makeRow(key, value)),
});

/** The row of a tag. A text of several lines is JSON, because the input of a row has one line. */
export function makeRow(key: string, value: unknown): TagRow {
  const id = `tag ${key}`;
  if (typeof value === "string" && !/[\r\n]/.test(value)) return { id, key, text: value, type: "text" };
  const type = typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "json";
  return { id, key, text: JSON.stringify(value), type };
}

/** The value of a tag in one line: a text as it is, any other value as JSON. */
export const formatTagValue = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What a text looks like. `1.10` and `007` are text: as numbers they would lose a digit. */
export function guessType(text: string): TagType {
  const value = parse(text);
  if (typeof value === "object" && value !== null) return "json";
  if (JSON.stringify(value) !== text) return "text";
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
}

/** The type of a row: as chosen, or as it looks. */
export const findType = ({ text, type }: TagRow): TagType => type ?? guessType(text);

/** The tags of a draft. */
export function readTags(draft: TagsDraft): ReadTags {
  return draft.mode === "rows" ? readRows(draft.rows) : readJson(draft.text);
}

function readRows(rows: readonly TagRow[]): ReadTags {
  const tags = new Map<string, unknown>();
  for (const row of rows) {
    if (isEmptyRow(row)) continue;
    if (tags.has(row.key)) return { mistake: describeRepeated(row.key) };
    const value = readValue(row);
    if (value === undefined) return { mistake: describeValue(row) };
    tags.set(row.key, value);
  }
  return { tags: Object.fromEntries(tags) };
}

/** Undefined where the text is no value of the row's type. */
function readValue(row: TagRow): unknown {
  const type = findType(row);
  if (type === "text") return row.text;
  const value = parse(row.text);
  return (type === "json" || typeof value === type) && findLoss(row.text) === undefined ? value : undefined;
}

/** Why a row stands for nothing. */
function describeValue(row: TagRow): string {
  const loss = findLoss(row.text);
  const wanted = { text: "", number: "a number", boolean: "true or false", json: "JSON" }[findType(row)];
  return `The value of "${row.key}" ${loss ?? `is not ${wanted}`}. Correct it, or choose Text to keep it as it is typed.`;
}

const describeRepeated = (key: string): string => `The key "${key}" stands twice.`;

function readJson(text: string): ReadTags {
  const tags = parse(text);
  if (tags === undefined) return { mistake: `This is no JSON: ${findSyntaxMistake(text)}.` };
  if (!isJsonObject(tags)) return { mistake: 'Tags are a JSON object, such as {"role": "db"}.' };
  const [repeated] = listRepeatedNames(text);
  if (repeated !== undefined) return { mistake: describeRepeated(repeated) };
  const loss = findLoss(text);
  return loss === undefined ? { tags } : { mistake: `A value ${loss}. Write it as text, in quotes.` };
}

/** What JSON text would lose; undefined for nothing. */
function findLoss(text: string): string | undefined {
  const inexact = findInexactNumber(text);
  if (inexact) return `has the number ${inexact.source}, which would lose digits`;
  const inner = { isInfinite: false };
  parse(text, (value) => {
    inner.isInfinite ||= typeof value === "number" && !Number.isFinite(value);
  });
  return inner.isInfinite ? "has a number that is too large" : undefined;
}

/** JSON text as its value; undefined where it is no JSON. */
function parse(text: string, look: (value: unknown) => void = () => undefined): unknown {
  try {
    return JSON.parse(text, (_, value) => {
      look(value);
      return value;
    });
  } catch {
    return undefined;
  }
}

function findSyntaxMistake(text: string): string {
  try {
    JSON.parse(text);
    return "it does not parse";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same tags in the other form; the draft as it is where it has a mistake. */
export function switchMode(draft: TagsDraft): TagsDraft {
  const read = readTags(draft);
  if ("mistake" in read) return draft;
  return draft.mode === "json" ? makeTagsDraft(read.tags) : { mode: "json", text: JSON.stringify(read.tags, null, 2) };
}
