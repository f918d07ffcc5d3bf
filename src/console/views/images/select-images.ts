import type { Image } from "../../api/image.ts";
import { describeAccess } from "./access.ts";

/** The columns, by what they show and sort by. */
export const columns = {
  name: { title: "Name", read: ({ name }) => name },
  version: { title: "Version", read: ({ version }) => version },
  type: { title: "Type", read: ({ type = "", os = "" }) => [type, os].filter((part) => part !== "").join(" · ") },
  state: { title: "State", read: ({ state }) => state },
  access: { title: "Access", read: describeAccess },
  published: { title: "Published", read: ({ published_at = "" }) => published_at },
  owner: { title: "Owner", read: ({ owner }) => owner },
} as const satisfies Record<string, { title: string; read: (image: Image) => string }>;

export type Column = keyof typeof columns;

/** What a person asks of the list. Empty texts select everything. */
export type Selection = {
  search: string;
  state: string;
  type: string;
  column: Column;
  isDescending: boolean;
};

export const firstSelection: Selection = { search: "", state: "", type: "", column: "published", isDescending: true };

const maxSearched = 2000;
const searched = new WeakMap<Image, string>();

/** What a search looks at, made once for each image: long texts only at their beginning. */
function readSearched(image: Image): string {
  const known = searched.get(image);
  if (known !== undefined) return known;
  const { id, name, version, description = "", tags = {}, owner } = image;
  const text = [name, version, id, owner, description.slice(0, maxSearched), JSON.stringify(tags).slice(0, maxSearched)]
    .join("\n")
    .toLowerCase();
  searched.set(image, text);
  return text;
}

/** The images that match every word and filter, in the order that was asked for; equal ones by id. */
export function selectImages(images: readonly Image[], selection: Selection): Image[] {
  const words = selection.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const matching = images.filter(
    (image) =>
      (selection.state === "" || image.state === selection.state) &&
      (selection.type === "" || columns.type.read(image) === selection.type) &&
      words.every((word) => readSearched(image).includes(word)),
  );
  return sortImages(matching, selection);
}

/** Numbers within names and versions count as numbers: 1.9.0 comes before 1.10.0. */
const { compare } = new Intl.Collator("en", { numeric: true });

function sortImages(images: Image[], { column, isDescending }: Selection): Image[] {
  const { read } = columns[column];
  const keyed = images.map((image) => ({ image, key: read(image) }));
  const sign = isDescending ? -1 : 1;
  // Times are text that sorts as it is, and by far the quicker way.
  const order = column === "published" ? compareText : compare;
  return keyed
    .sort((one, other) => sign * order(one.key, other.key) || compareText(one.image.id, other.image.id))
    .map(({ image }) => image);
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The values that a filter may take. */
export const listValues = (images: readonly Image[], column: "state" | "type"): string[] =>
  [...new Set(images.map(columns[column].read))].filter((value) => value !== "").sort();
