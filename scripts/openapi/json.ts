/** A JSON value of the document. */
export type Json = { readonly [key: string]: unknown };

/** A reference to a component: a schema, a parameter or a header. */
export const refer = (kind: "schemas" | "parameters" | "headers", name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
});
