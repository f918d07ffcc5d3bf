import { show } from "../../src/errors.ts";
import { findJsonMistake, locate } from "../../src/syntax/json-syntax.ts";
import { type AccountRow, accountFields, readAccount } from "./account-entry.ts";
import { type FromCloudApi, isCloudApiImage, readCloudApiImages } from "./cloudapi-images.ts";
import type { HistoryRow } from "./history-entry.ts";
import { type ImageEntry, imageFields, readImage } from "./image-entry.ts";
import type { ImageRow } from "./manifest.ts";
import { describeSent, ProvisionRefused } from "./refusal.ts";

/** What a provision file holds, as rows. `histories` has the revisions of images by their UUIDs, the oldest first. */
export type Provision = {
  accounts: readonly AccountRow[];
  images: readonly ImageRow[];
  histories: ReadonlyMap<string, readonly HistoryRow[]>;
};

/** A provision file read; `notKept` counts the fields that are not stored, by name. */
export type ProvisionFile = Provision & { notKept: ReadonlyMap<string, number>; fromCloudApi: FromCloudApi };

/**
 * Reads a provision file: a JSON array of IMGAPI manifests or CloudAPI images, one of them, one a line, or
 * `{accounts, images}`, either of which may be missing.
 *
 * @throws {ProvisionRefused} with every mistake of the file
 */
export async function readProvision(text: string): Promise<ProvisionFile> {
  const { accounts, images: sent, others } = readSections(parseFile(text));
  const { entries, fromCloudApi } = readCloudApiImages(sent.entries);
  const images = { ...sent, entries };
  const accountRows = await readSection(accounts, readAccount);
  const imageRows = await readSection(images, readImage);
  const mistakes = [
    ...[...accountRows.mistakes, ...findRepeats(accounts, "uuid"), ...findRepeats(accounts, "login")],
    ...[...imageRows.mistakes, ...findRepeats(images, "uuid"), ...findRepeatedWrites(imageRows.rows)],
  ];
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
  const unread = [...others, ...findUnread(accounts, accountFields), ...findUnread(images, imageFields)];
  const withHistory = imageRows.rows.filter(({ history }) => history.length > 0);
  return {
    accounts: accountRows.rows,
    images: imageRows.rows.map(({ row }) => row),
    histories: new Map(withHistory.map(({ row, history }) => [row.uuid, history])),
    notKept: count(unread),
    fromCloudApi,
  };
}

type JsonObject = Record<string, unknown>;

/** The entries of one kind, and what they are called in the file. */
type Section = { entries: readonly unknown[]; label: (at: number) => string };

function parseFile(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (isLines(text)) return parseLines(text);
    const mistake = findJsonMistake(text) ?? { problem: "it cannot be read", offset: 0 };
    throw new ProvisionRefused([`not JSON: ${mistake.problem} at ${locate(text, mistake.offset)}`]);
  }
}

/** Whether the first line is an object of its own, and others follow: `triton image ls -j` prints one a line. */
function isLines(text: string): boolean {
  const [first = "", ...rest] = text.trim().split("\n", 2);
  try {
    return rest.length > 0 && isObject(JSON.parse(first));
  } catch {
    return false;
  }
}

function parseLines(text: string): unknown[] {
  return text.split("\n").flatMap((line, at) => {
    if (line.trim() === "") return [];
    try {
      return [JSON.parse(line)];
    } catch {
      const { problem = "it cannot be read", offset = 0 } = findJsonMistake(line) ?? {};
      throw new ProvisionRefused([`not JSON: ${problem} at line ${at + 1}, column ${offset + 1}`]);
    }
  });
}

function readSections(file: unknown): { accounts: Section; images: Section; others: readonly string[] } {
  const none = makeSection("", []);
  if (Array.isArray(file)) return { accounts: none, images: makeSection("", file), others: [] };
  if (isObject(file) && ("accounts" in file || "images" in file)) {
    const { accounts, images, ...others } = file;
    return {
      accounts: listEntries("accounts", accounts),
      images: listEntries("images", images),
      others: Object.keys(others),
    };
  }
  if (isObject(file) && ("uuid" in file || isCloudApiImage(file))) {
    return { accounts: none, images: { entries: [file], label: () => "the manifest" }, others: [] };
  }
  throw new ProvisionRefused([
    `a file holds an array of manifests, one manifest, or {accounts, images}; ${isObject(file) ? "an object without uuid, id, accounts and images was sent" : describeSent(file)}`,
  ]);
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const makeSection = (name: string, entries: readonly unknown[]): Section => ({
  entries,
  label: (at) => `${name}[${at}]`,
});

function listEntries(name: string, entries: unknown): Section {
  if (entries === undefined || entries === null) return makeSection(name, []);
  if (!Array.isArray(entries)) throw new ProvisionRefused([`${name} is an array; ${describeSent(entries)}`]);
  return makeSection(name, entries);
}

type Reader<Row> = (
  entry: unknown,
) => Promise<{ row?: Row; mistakes: readonly string[] }> | { row?: Row; mistakes: readonly string[] };

async function readSection<Row>(
  { entries, label }: Section,
  read: Reader<Row>,
): Promise<{ rows: readonly Row[]; mistakes: readonly string[] }> {
  const rows: Row[] = [];
  const mistakes: string[] = [];
  for (const [at, entry] of entries.entries()) {
    const { row, mistakes: found } = await read(entry);
    if (row) rows.push(row);
    mistakes.push(...found.map((mistake) => `${nameEntry(label(at), entry)}: ${mistake}`));
  }
  return { rows, mistakes };
}

/** `accounts[0] (UUID, bob)`: the place of an entry and what it calls itself, as far as that is known. */
export function nameEntry(place: string, entry: unknown): string {
  const { uuid, login }: JsonObject = isObject(entry) ? entry : {};
  const names = [uuid, login].filter((name) => typeof name === "string").map(show);
  return names.length > 0 ? `${place} (${names.join(", ")})` : place;
}

/** Entries whose field is that of an earlier one. */
function findRepeats({ entries, label }: Section, field: "uuid" | "login"): string[] {
  const first = new Map<string, number>();
  return entries.flatMap((entry, at) => {
    const value = isObject(entry) ? entry[field] : undefined;
    if (typeof value !== "string") return [];
    const earlier = first.get(value);
    if (earlier !== undefined) return [`${nameEntry(label(at), entry)}: ${field} is that of ${label(earlier)} already`];
    first.set(value, at);
    return [];
  });
}

/** Writes of one file under the same id: the database has each once. */
function findRepeatedWrites(images: readonly ImageEntry[]): string[] {
  const first = new Map<string, string>();
  return images.flatMap(({ row, history }) =>
    history.flatMap(({ write_id: id, revision }) => {
      const earlier = first.get(id);
      first.set(id, earlier ?? row.uuid);
      return earlier === undefined
        ? []
        : [`image ${row.uuid}: writeId ${show(id)} of revision ${revision} is that of image ${earlier} already`];
    }),
  );
}

const findUnread = ({ entries }: Section, read: ReadonlySet<string>): string[] =>
  entries.flatMap((entry) => {
    if (!isObject(entry)) return [];
    return Object.keys(entry).filter((field) => !read.has(field) && !(field === "revision" && "history" in entry));
  });

function count(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
