import { isObject } from "../../src/text.ts";

/** A JSON object of the document. */
export type Json = { readonly [key: string]: unknown };

/** Returns an object unchanged, and an empty one for any other value. */
export const toObject = (value: unknown): Json => (isObject(value) ? value : {});

/** Returns the objects of an array, and none for any other value. */
export const toList = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** A reference to a component of the document. */
export const refer = (kind: "schemas" | "parameters" | "headers" | "responses", name: string): Json => ({
  $ref: `#/components/${kind}/${name}`,
});

/** Returns what a reference names in the document. Returns any other object unchanged. */
export function resolve(value: unknown, document: Json): Json {
  const found = toObject(value);
  if (typeof found["$ref"] !== "string") return found;
  const [, ...path] = found["$ref"].split("/");
  return path.reduce((inner, name) => toObject(inner[name]), document);
}
