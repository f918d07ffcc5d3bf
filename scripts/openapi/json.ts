/** A JSON object of the document. */
export type Json = { readonly [key: string]: unknown };

/** Whether a value is a JSON object: no array, and not null. */
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object that a value is; an empty one where it is none. */
export const toObject = (value: unknown): Json => (isObject(value) ? value : {});

/** The objects of the array that a value is; none where it is none. */
export const toList = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** A reference to a component: a schema, a parameter or a header. */
export const refer = (kind: "schemas" | "parameters" | "headers", name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
});

/** What a reference names in the document; a value that is no reference as it is. */
export function resolve(value: unknown, document: Json): Json {
  const found = toObject(value);
  if (typeof found["$ref"] !== "string") return found;
  const [, ...path] = found["$ref"].split("/");
  return path.reduce((inner, name) => toObject(inner[name]), document);
}
