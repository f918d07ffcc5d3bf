import { type Json, toList, toObject } from "./json.ts";

const flag = { type: "string", enum: ["true", "false"] };

/** Finds how a form has a value: as text, or repeated for each entry of an array. */
function toFormValue(schema: Json): Json {
  const { description, type, anyOf } = schema;
  const about = description === undefined ? {} : { description };
  if (Array.isArray(anyOf)) {
    const choices = toList(anyOf).filter((choice) => isText(choice) || choice["type"] === "array");
    return { ...about, ...(choices.length === 1 ? choices[0] : { anyOf: choices }) };
  }
  if (type === "boolean") return { ...flag, ...about };
  return Array.isArray(type) ? { ...schema, type: "string" } : schema;
}

const isText = ({ type, enum: choices }: Json): boolean => type === "string" || choices !== undefined;

/** Makes the schema of a form from that of the same body as JSON: values of a form are text. */
export function makeForm(schema: Json): Json {
  const choices = toList(schema["anyOf"]);
  const { properties, additionalProperties, ...rest } = choices.find((choice) => "properties" in choice) ?? schema;
  return {
    ...rest,
    type: "object",
    description: schema["description"],
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(toObject(properties)).map(([name, field]) => [name, toFormValue(toObject(field))]),
      ),
    }),
    ...(additionalProperties === true && { additionalProperties: { type: "string", pattern: "^[^\\u0000]*$" } }),
  };
}
