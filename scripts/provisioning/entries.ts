import { show } from "../../src/errors.ts";
import { describeInexact, findInexactNumber } from "../../src/syntax/inexact-number.ts";
import { findJsonMistake, locate } from "../../src/syntax/json-syntax.ts";
import { isObject } from "../../src/text.ts";
import { type AccountRow, readAccount } from "./account-entry.ts";
import { describeFound, ProvisionRefused, type Read } from "./fields.ts";
import { type HistoryRow, hasHistory, readHistory } from "./history-entry.ts";
import { fileFields, type ImageRow, isIncomplete, manifestFields, readManifest } from "./manifest.ts";
import { type Converted, convertEntry, isCloudApiImage, isWrappedManifest } from "./manifest-forms.ts";

/** What a provision file holds, as rows. `histories` has the revisions of images by their UUIDs, the oldest first. */
export type Provision = {
  accounts: readonly AccountRow[];
  images: readonly ImageRow[];
  histories: ReadonlyMap<string, readonly HistoryRow[]>;
};

/** How often each name occurs. */
type Tally = ReadonlyMap<string, number>;

/** A provision file. `notKept` counts the fields that are not stored. */
export type ProvisionFile = Provision & { notKept: Tally; fromCloudApi: FromCloudApi; forms: Forms };

/** How many images were manifests of version 1, came from imgadm, or lack what strict clients need. */
type Forms = { v1: number; imgadm: number; incomplete: number };

/** How many images of a file were CloudAPI's, and how many of those lacked each field that an answer shows. */
type FromCloudApi = { images: number; without: Tally };

/**
 * Reads a provision file: a JSON array of IMGAPI manifests (of version 1 or 2, or as imgadm prints them) or CloudAPI images,
 * one of them, one a line, or `{accounts, images}`, of which one may be missing.
 *
 * @throws {ProvisionRefused} with every mistake of the file
 */
export async function readProvision(text: string): Promise<ProvisionFile> {
  const { accounts, images: sent, others } = readSections(parseFile(text));
  const converted = sent.entries.map(convertEntry);
  const entries = converted.map(({ entry }) => entry);
  const images = { ...sent, entries };
  const accountRows = await readSection(accounts, readAccount);
  const imageRows = await readSection(images, readImage);
  const mistakes = [
    ...[...accountRows.mistakes, ...findRepeats(accounts, "uuid"), ...findRepeats(accounts, "login")],
    ...[...imageRows.mistakes, ...findRepeats(images, "uuid"), ...findRepeatedWrites(imageRows.rows)],
  ];
  if (mistakes.length > 0) throw new ProvisionRefused(mistakes);
  const withHistory = imageRows.rows.filter(({ history }) => history.length > 0);
  return {
    accounts: accountRows.rows,
    images: imageRows.rows.map(({ row }) => row),
    histories: new Map(withHistory.map(({ row, history }) => [row.uuid, history])),
    notKept: count([...others, ...converted.flatMap(({ around }) => around), ...entries.flatMap(listFieldsNotKept)]),
    fromCloudApi: describeCloudApiImages(converted),
    forms: {
      v1: converted.filter(({ forms }) => forms.includes("v1")).length,
      imgadm: converted.filter(({ forms }) => forms.includes("imgadm")).length,
      incomplete: imageRows.rows.filter(({ row }) => isIncomplete(row)).length,
    },
  };
}

/** The entries of one kind, and their names in messages. */
type Section = { entries: readonly unknown[]; label: (at: number) => string };

/** Parses JSON. @throws {ProvisionRefused} a number would be stored as another */
function parseExactly(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const inexact = findInexactNumber(text);
  if (inexact) throw new ProvisionRefused([describeInexact(inexact)]);
  return value;
}

function parseFile(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    if (error instanceof ProvisionRefused) throw error;
    if (isLines(text)) return text.split("\n").flatMap(parseLine);
    throw refuseJson(text, (offset) => locate(text, offset));
  }
}

/** Whether the first of several lines is an object: `triton image ls -j` prints one a line. */
function isLines(text: string): boolean {
  const [first = "", ...rest] = text.trim().split("\n", 2);
  try {
    return rest.length > 0 && isObject(JSON.parse(first));
  } catch {
    return false;
  }
}

function parseLine(line: string, at: number): unknown[] {
  if (line.trim() === "") return [];
  try {
    return [parseExactly(line)];
  } catch (error) {
    if (error instanceof ProvisionRefused) throw error;
    throw refuseJson(line, (offset) => `line ${at + 1}, column ${offset + 1}`);
  }
}

function refuseJson(text: string, describePlace: (offset: number) => string): ProvisionRefused {
  const { problem, offset } = findJsonMistake(text) ?? { problem: "it cannot be read", offset: 0 };
  return new ProvisionRefused([`not JSON: ${problem} at ${describePlace(offset)}`]);
}

function readSections(file: unknown): { accounts: Section; images: Section; others: readonly string[] } {
  const none = makeSection("", []);
  if (Array.isArray(file)) return { accounts: none, images: makeSection("", file), others: [] };
  if (isObject(file) && ("accounts" in file || "images" in file)) {
    const { accounts, images, ...others } = file;
    return {
      accounts: makeSection("accounts", accounts),
      images: makeSection("images", images),
      others: Object.keys(others),
    };
  }
  if (isObject(file) && ("uuid" in file || isCloudApiImage(file) || isWrappedManifest(file)))
    return { accounts: none, images: { entries: [file], label: () => "the manifest" }, others: [] };
  const found = isObject(file) ? "an object without uuid, id, accounts and images was sent" : describeFound(file);
  throw new ProvisionRefused([`a file holds an array of manifests, one manifest, or {accounts, images}; ${found}`]);
}

function makeSection(name: string, entries: unknown): Section {
  const found = entries ?? [];
  if (!Array.isArray(found)) throw new ProvisionRefused([`${name} is an array; ${describeFound(found)}`]);
  return { entries: found, label: (at) => `${name}[${at}]` };
}

async function readSection<Row>({ entries, label }: Section, read: (entry: unknown) => Read<Row> | Promise<Read<Row>>) {
  const rows: Row[] = [];
  const mistakes: string[] = [];
  for (const [at, entry] of entries.entries()) {
    const { row, mistakes: found } = await read(entry);
    if (row) rows.push(row);
    mistakes.push(...found.map((mistake) => `${nameEntry(label(at), entry)}: ${mistake}`));
  }
  return { rows, mistakes };
}

/** Names an entry by its place, uuid and login: `accounts[0] (UUID, bob)`. */
export function nameEntry(place: string, entry: unknown): string {
  const { uuid, login } = isObject(entry) ? entry : {};
  const names = [uuid, login].filter((name) => typeof name === "string").map(show);
  return names.length > 0 ? `${place} (${names.join(", ")})` : place;
}

/** Finds entries that repeat a field of an earlier one. */
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

/** An image with its revisions, if the file has them, the oldest first. */
type ImageEntry = { row: ImageRow; history: readonly HistoryRow[] };

function readImage(entry: unknown): Read<ImageEntry> {
  const { row, mistakes } = readManifest(entry, { isStored: hasHistory(entry) });
  if (!row) return { mistakes };
  const history = hasHistory(entry) ? readHistory(entry, row) : { rows: [], mistakes: [] };
  return {
    row: { row, history: history.rows },
    mistakes: [...mistakes, ...findOldTypeMistake(row.type), ...history.mistakes],
  };
}

/** CloudAPI before 8.0.0 shows only two types, so the stored type is unknown. */
const findOldTypeMistake = (type: string | null): string[] =>
  type === "smartmachine" || type === "virtualmachine"
    ? [`type is "${type}", which CloudAPI before 8.0.0 says of several types; list the images with Api-Version: ~9`]
    : [];

/** Finds write ids that occur twice: they are unique in the database. */
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

/** Lists the fields of an image that are not stored. `revision` is read only with a history. */
function listFieldsNotKept(entry: unknown): string[] {
  const kept = [...manifestFields, ...(hasHistory(entry) ? ["history", "revision"] : [])];
  const { files } = isObject(entry) ? entry : {};
  const ofFiles = (Array.isArray(files) ? files : []).flatMap((file) => listOthers(file, fileFields));
  return [...listOthers(entry, kept), ...ofFiles.map((field) => `files.${field}`)];
}

const listOthers = (entry: unknown, known: readonly string[]): string[] =>
  Object.keys(isObject(entry) ? entry : {}).filter((field) => !known.includes(field));

/** Counts how often each name occurs. */
export function count(names: readonly string[]): Tally {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The fields that CloudAPI shows of every image. It leaves others out if they are not set. */
const alwaysShown = ["state", "type", "os", "requirements", "files", "published_at", "public"] as const;

function describeCloudApiImages(converted: readonly Converted[]): FromCloudApi {
  const images = converted.filter(({ forms }) => forms.includes("cloudApi")).map(({ entry }) => entry);
  const isMissing = (entry: unknown, name: string) => isObject(entry) && (entry[name] ?? null) === null;
  return {
    images: images.length,
    without: count(images.flatMap((image) => alwaysShown.filter((name) => isMissing(image, name)))),
  };
}
