/** What a form of the documentation asks for. */
export type Trial = {
  method: string;
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body: string;
  isUnsigned: boolean;
  /** Whether it may change something: a write that is no dry run. */
  isChange: boolean;
};

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A parameter whose name has a part of its own, which stands in its field with the value: `tag.role=db`. */
const isFamily = (name: string): boolean => name.endsWith(".KEY");

/** The request that a form stands for. Fields that are empty are not sent. */
export function readTrial(form: HTMLFormElement): Trial {
  const { method = "GET", path: template = "/" } = form.dataset;
  const fields = [...form.querySelectorAll<Field>("[data-in]")];
  const pick = (place: string) => fields.filter((field) => field.dataset["in"] === place && field.value !== "");
  const path = pick("path").reduce(
    (path, { name, value }) => path.replace(`{${name}}`, () => encodeURIComponent(value)),
    template,
  );
  const query = pick("query").map(({ name, value }) =>
    isFamily(name) ? value : `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  );
  return {
    method,
    // The path of an operation that others share has its action.
    path: query.length > 0 ? `${path}${path.includes("?") ? "&" : "?"}${query.join("&")}` : path,
    headers: Object.fromEntries(pick("header").map(({ name, value }) => [name, value])),
    body: pick("body")[0]?.value ?? "",
    isUnsigned: "unsigned" in form.dataset,
    isChange: method !== "GET" && !query.includes("dry-run=true"),
  };
}
