import { errorSentences } from "./error-sentences.ts";
import { type Json, refer } from "./json.ts";

const makeText = (description: string): Json => ({ type: "string", description });

const makeRefusal = (code: string, sentence: string, more: Json = {}): Json => {
  const properties = {
    code: { const: code, description: "What was wrong." },
    message: makeText("A sentence for a person. It may change."),
    ...more,
  };
  return {
    type: "object",
    description: sentence,
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
};

const fieldError: Json = {
  type: "object",
  description: "One field that breaks its rule.",
  properties: {
    field: makeText("The field."),
    code: { enum: ["Invalid", "MissingParameter"], description: "What kind of mistake." },
    message: makeText("A sentence for a person."),
  },
  required: ["field", "code", "message"],
  additionalProperties: false,
};

const fieldErrors = {
  errors: { type: "array", items: refer("schemas", "FieldError"), description: "In the order of the fields." },
};

/** The bodies of refusals, each under its code. */
export const errorSchemas: Json = {
  ...Object.fromEntries(
    Object.entries(errorSentences).map(([code, sentence]) => [
      code,
      makeRefusal(code, sentence, code === "ValidationFailed" ? fieldErrors : {}),
    ]),
  ),
  FieldError: fieldError,
};
