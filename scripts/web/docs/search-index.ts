import { errorStatus } from "../../../src/errors.ts";
import { errorSentences } from "../../openapi/error-sentences.ts";
import { type Json, toObject } from "../../openapi/json.ts";
import { parameters } from "../../openapi/parameters.ts";
import { contractSections } from "./contract-page.ts";
import { pageOf } from "./frame.ts";
import type { ShownOperation } from "./shown.ts";

/** A place of the documentation: title, address from `/--docs/`, and the words that lead there. `src/console/docs` reads them. */
type Entry = readonly [title: string, href: string, text: string];

/** Makes what the search of the pages looks through: operations, fields, codes, headers, and the sections of the contract. */
export function makeSearchIndex(operations: readonly ShownOperation[], document: Json): Entry[] {
  const { headers, schemas } = toObject(document["components"]);
  return [
    ...operations.map((shown): Entry => {
      const { row, method } = shown.placed;
      const names = row.parameters?.map((name) => String(toObject(parameters[name])["name"])) ?? [];
      const fields = row.body ? listFieldNames(toObject(toObject(schemas)[row.body[0]])) : [];
      const words = [method.toUpperCase(), shown.request, row.description, ...names, ...fields, ...(row.errors ?? [])];
      return [`${row.summary}: ${row.operations.join(", ")}`, pageOf(row), words.join(" ")];
    }),
    ...Object.entries(errorStatus).map(
      ([code, status]): Entry => [code, `errors#${code}`, `${status} ${toObject(errorSentences)[code]}`],
    ),
    ...Object.entries(toObject(headers)).map(
      ([name, header]): Entry => [name, `headers#${name}`, String(toObject(header)["description"])],
    ),
    ...contractSections.map(
      ({ title, anchor, text }): Entry => [`${title}, the contract`, `contract#${anchor}`, listWords(text)],
    ),
  ];
}

/** Each word once: the search looks for words, not for sentences. */
const listWords = (text: string): string => [...new Set(text.toLowerCase().match(/[\w./:-]+/g))].join(" ");

const listFieldNames = (schema: Json): string[] => Object.keys(toObject(schema["properties"]));
