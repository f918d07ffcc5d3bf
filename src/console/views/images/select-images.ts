import type { Image } from "../../api/image.ts";
import { describeAccess } from "./access.ts";

/** The columns that every list has, by what they show and sort by. */
export const columns = {
  name: { title: "Name", read: ({ name }) => name },
  version: { title: "Version", read: ({ version }) => version },
  type: { title: "Type", read: ({ type = "", os = "" }) => [type, os].filter((part) => part !== "").join(" · ") },
  state: { title: "State", read: ({ state }) => state },
  access: { title: "Access", read: describeAccess },
  published: { title: "Published", read: ({ published_at = "" }) => published_at },
  owner: { title: "Owner", read: ({ owner }) => owner },
} as const satisfies Record<string, { title: string; read: (image: Image) => string }>;

type OwnColumn = keyof typeof columns;

/** A column, or the one of a tag by its key. */
export type Column = OwnColumn | `tag.${string}`;

export const isColumn = (name: string): name is Column => Object.hasOwn(columns, name) || name.startsWith("tag.");

const isOwnColumn = (column: Column): column is OwnColumn => Object.hasOwn(columns, column);

/** What a column shows of an image, and sorts by. */
export const readCell = (image: Image, column: Column): string =>
  isOwnColumn(column) ? columns[column].read(image) : (readTagText(image, column.slice(4)) ?? "");

/** The class of a column's cells: one for all tags. */
export const classOf = (column: Column): string => (isOwnColumn(column) ? column : "tag");

export const titleOf = (column: Column): string =>
  isOwnColumn(column) ? columns[column].title : column.slice(4) || "(empty)";

/** A tag as a filter of the service compares it: a text as it is, any other value as JSON. Undefined where it is not there. */
export function readTagText({ tags = {} }: Image, key: string): string | undefined {
  if (!Object.hasOwn(tags, key)) return undefined;
  const value = tags[key];
  return typeof value === "string" ? value : JSON.stringify(value);
}

export type Order = { column: Column; isDescending: boolean };

/** What a person asks of the list. Empty texts select everything. */
export type Selection = {
  search: string;
  state: string;
  type: string;
  tag: { key: string; value: string } | null;
};

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

/** The images that match every word and filter, in the order that they have. */
export function selectImages(images: readonly Image[], { search, state, type, tag }: Selection): Image[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return images.filter(
    (image) =>
      (state === "" || image.state === state) &&
      (type === "" || columns.type.read(image) === type) &&
      (tag === null || readTagText(image, tag.key) === tag.value) &&
      words.every((word) => readSearched(image).includes(word)),
  );
}

/** Numbers within names and versions count as numbers: 1.9.0 comes before 1.10.0. */
const { compare } = new Intl.Collator("en", { numeric: true });

/** The images in order; those without a value come last, equal ones by id. */
export function sortImages(images: readonly Image[], { column, isDescending }: Order): Image[] {
  const keyed = images.map((image) => ({ image, key: readCell(image, column) }));
  const sign = isDescending ? -1 : 1;
  // Times are text that sorts as it is, and by far the quicker way.
  const order = column === "published" ? compareText : compare;
  return keyed
    .sort(
      (one, other) =>
        Number(one.key === "") - Number(other.key === "") ||
        sign * order(one.key, other.key) ||
        compareText(one.image.id, other.image.id),
    )
    .map(({ image }) => image);
}

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The values that a filter may take. */
export const listValues = (images: readonly Image[], column: "state" | "type"): string[] =>
  [...new Set(images.map(columns[column].read))].filter((value) => value !== "").sort();
