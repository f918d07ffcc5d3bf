import { type Scope, scopes } from "./access.ts";
import { type Column, isColumn, type Order, type Selection } from "./select-images.ts";

/** All that the address says of a list: whose images, which of them, in which order, and the keys of the tags that are columns. */
export type ListAddress = Selection & Order & { scope: Scope; tagColumns: readonly string[] };

export const firstAddress: ListAddress = {
  ...{ scope: "mine", search: "", state: "", type: "", tag: null, tagColumns: [] },
  ...{ column: "published", isDescending: true },
};

/** The order that a column has at first: the newest image comes first, else the least. */
export const firstOrder = (column: Column): Order => ({ column, isDescending: column === "published" });

/** The most columns of tags: a link cannot make the page draw thousands. */
export const maxTagColumns = 20;

/** The most characters of what is searched for and of a filter: the browser takes no address of any length. */
export const maxText = 1000;

type Parameter = {
  /** Null where the value means nothing. */
  read: (raw: string, before: ListAddress) => Partial<ListAddress> | null;
  /** Null where the address has what it has without the parameter. */
  format: (address: ListAddress) => string | null;
};

const makeText = (name: "search" | "state" | "type"): Parameter => ({
  read: (raw) => ({ [name]: decode(raw) }),
  format: ({ [name]: text }) => (text === "" ? null : encode(text)),
});

/** In the order in which they are read and written. */
const parameters: Readonly<Record<string, Parameter>> = {
  scope: {
    read: (raw) => (isScope(raw) ? { scope: raw } : null),
    format: ({ scope }) => (scope === firstAddress.scope ? null : scope),
  },
  search: makeText("search"),
  state: makeText("state"),
  type: makeText("type"),
  tag: {
    // A program that made the link may have encoded the sign between key and value too.
    read: (raw) => readTag(raw, decode) ?? readTag(decode(raw), (text) => text),
    format: ({ tag }) => tag && `${encode(tag.key)}=${encode(tag.value)}`,
  },
  columns: {
    read: (raw) => {
      const keys = [...new Set(raw.split(",").map(decode))];
      return keys.length <= maxTagColumns ? { tagColumns: keys } : null;
    },
    format: ({ tagColumns }) => (tagColumns.length === 0 ? null : tagColumns.map(encode).join(",")),
  },
  sort: {
    read: (raw) => {
      const column = decode(raw);
      return isColumn(column) ? firstOrder(column) : null;
    },
    format: ({ column }) => (column === firstAddress.column ? null : encode(column)),
  },
  order: {
    read: (raw) => (raw === "asc" || raw === "desc" ? { isDescending: raw === "desc" } : null),
    format: ({ column, isDescending }) => {
      if (isDescending === firstOrder(column).isDescending) return null;
      return isDescending ? "desc" : "asc";
    },
  },
};

const isScope = (text: string): text is Scope => Object.hasOwn(scopes, text);

function readTag(text: string, read: (part: string) => string): Pick<ListAddress, "tag"> | null {
  const [key = "", value] = text.split(/=(.*)/s);
  return value === undefined ? null : { tag: { key: read(key), value: read(value) } };
}

/**
 * Reads what an address says of the list.
 *
 * @param query the address after its `?`
 * @returns `ignored`: the parameters that mean nothing, as they are written
 */
export function readListAddress(query: string): { address: ListAddress; ignored: string[] } {
  const sent = query.split("&").filter((part) => part !== "");
  const ignored = new Set(sent);
  let address = firstAddress;
  for (const [name, { read }] of Object.entries(parameters)) {
    const part = sent.find((each) => each.startsWith(`${name}=`));
    const said = part === undefined ? null : tryRead(() => read(part.slice(name.length + 1), address));
    if (part === undefined || !said) continue;
    address = { ...address, ...said };
    ignored.delete(part);
  }
  return { address, ignored: [...ignored] };
}

/** An escape that is none means nothing. */
function tryRead<Result>(read: () => Result): Result | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** The query of an address; what is as in the first list is left out. */
export const formatListAddress = (address: ListAddress): string =>
  Object.entries(parameters)
    .flatMap(([name, { format }]) => {
      const value = format(address);
      return value === null ? [] : [`${name}=${value}`];
    })
    .join("&");

const decode = (raw: string): string => decodeURIComponent(raw.replaceAll("+", " "));

/** Half a surrogate pair has no escape. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed());
