/** Views of the console, each with an address of its own after the `#`. */
export type Route =
  /** `query`: what the list shows, as views/images/list-address.ts reads it. */
  | { view: "images"; query?: string }
  | { view: "image"; id: string }
  /** `compare`: two revisions, the older first. */
  | { view: "history"; id: string; compare?: readonly [number, number] }
  | { view: "keys" }
  | { view: "sign-in" }
  /** `npm start` prints it, with the private half of a throwaway key: what follows a `#` is sent to no server. */
  | { view: "demo"; seed: string };

/** The view that an address names; the list where it names none. @param hash of the address, `#` included */
export function readRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [first = "", id = "", last] = path.split("/").map(decode);
  if (first === "keys" || first === "sign-in") return { view: first };
  if (first === "demo") return { view: "demo", seed: id };
  if (first !== "images" || id === "" || !isNameable(id))
    return { view: "images", ...(first === "images" && query && { query }) };
  return last === "history" ? { view: "history", id, ...readCompared(query) } : { view: "image", id };
}

/** Whether a path of the service can name an image, or a tag: a URL takes `.` and `..` for folders. */
export const isNameable = (part: string): boolean => part !== "." && part !== "..";

/** The address of a view. */
export function formatRoute(route: Route): string {
  if (route.view === "demo") return `#/demo/${route.seed}`;
  if (route.view === "images") return `#/images${route.query ? `?${route.query}` : ""}`;
  if (!("id" in route)) return `#/${route.view}`;
  const image = `#/images/${encodeURIComponent(route.id)}`;
  if (route.view === "image") return image;
  return `${image}/history${route.compare ? `?compare=${route.compare}` : ""}`;
}

/** The revisions that `compare=3,7` names. Anything else names none. */
function readCompared(query: string): { compare?: readonly [number, number] } {
  const [, one, other] =
    /^([1-9]\d{0,14}),([1-9]\d{0,14})$/.exec(new URLSearchParams(query).get("compare") ?? "") ?? [];
  if (one === undefined || other === undefined) return {};
  return { compare: [Math.min(Number(one), Number(other)), Math.max(Number(one), Number(other))] };
}

/** Text that is no valid escape stays as it is. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
