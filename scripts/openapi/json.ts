/** A JSON object of the document. */
export type Json = { readonly [key: string]: unknown };

/** Whether a value is a JSON object: no array, and not null. */
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The object that a value is; an empty one where it is none. */
export const toObject = (value: unknown): Json => (isObject(value) ? value : {});

/** A reference to a component: a schema, a parameter or a header. */
export const refer = (kind: "schemas" | "parameters" | "headers", name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
});
