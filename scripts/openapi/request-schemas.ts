import * as z from "zod/mini";
import { maxCharacters } from "../../src/accounts/rules/account.ts";
import { makeAccountsSchema } from "../../src/images/rules/acl.ts";
import { makeUpdateImageSchema, nameRule, textFields, versionRule } from "../../src/images/rules/fields.ts";
import { makeTagsSchema, maxTagLevels } from "../../src/images/rules/tags.ts";
import { scopeWords } from "../../src/scope.ts";
import { type UpdatableAccountField, updatableAccountFields } from "../../src/tables.ts";
import { uuidShape } from "../../src/text.ts";
import { type Json, toObject } from "./json.ts";
import { makeScopePattern } from "./scope-pattern.ts";

const uuid = { type: "string", pattern: uuidShape.source };
const bareUuid = uuidShape.source.slice(1, -1);

/** Items with commas between them, and blanks at the end. */
const makeList = (item: string, blanks: string): string => `${item}(?:${blanks},${blanks}${item})*${blanks}`;

const [blanks, jsonBlanks] = [String.raw`\s*`, String.raw`[ \t\n\r]*`];
const aclList = `${blanks}${makeList(bareUuid, blanks)}`;
const aclJson = String.raw`${jsonBlanks}\[${jsonBlanks}(?:${makeList(`"${bareUuid}"`, jsonBlanks)})?\]${jsonBlanks}`;

/** Keys without U+0000. No pattern that generators of requests can read names a lone surrogate. */
const tagsObject = { type: "object", additionalProperties: true, propertyNames: { pattern: String.raw`^[^\u0000]*$` } };

/** The fields whose rules are TypeScript, so that no JSON Schema follows from them. */
const described: Readonly<Record<string, Json>> = {
  acl: {
    description: "Account UUIDs in lower case. A string is one UUID, UUIDs with commas between them, or a JSON array.",
    anyOf: [
      { type: "array", items: uuid },
      {
        type: "string",
        pattern: `^(?:${aclList}|${aclJson})$`,
      },
    ],
  },
  tags: {
    description: `Any keys, any JSON values, at most ${maxTagLevels} levels deep. A string is a JSON object.`,
    anyOf: [tagsObject, { type: "string", minLength: 2 }],
  },
};

/** An http: or https: URL without control characters, and without white space at its end. */
const makeUrl = (maxLength: number): Json => ({
  maxLength,
  pattern: String.raw`^[Hh][Tt][Tt][Pp][Ss]?:[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*[^\s\u0000-\u001f\u007f-\u009f\ud800-\udfff]$`,
});

/**
 * The sentence of each field, and what JSON Schema can say of a rule in TypeScript. Its lengths count characters, ours UTF-16
 * units.
 */
const prose: Readonly<Record<string, Json>> = {
  name: { description: `${nameRule.words}.` },
  version: { description: `${versionRule.words}.` },
  description: {
    description: `At most ${textFields.description.max} UTF-16 units, without U+0000; null and the empty string clear it.`,
    maxLength: textFields.description.max,
    pattern: String.raw`^[^\u0000\ud800-\udfff]*$`,
  },
  homepage: {
    description: `An http: or https: URL of at most ${textFields.homepage.max} characters; null clears it.`,
    ...makeUrl(textFields.homepage.max),
  },
  eula: { description: "As homepage.", ...makeUrl(textFields.eula.max) },
};

/**
 * Makes the JSON Schema of a schema that validates. The build fails for a field without a JSON Schema that `described` does
 * not have.
 */
function toJsonSchema(schema: z.core.$ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: ({ path }) => {
      const field = path.filter((part) => part !== "properties").at(0);
      return typeof field === "string" && field in described ? {} : undefined;
    },
  });
  return json;
}

/** Adds what `described` and `prose` say of each field. */
function describeFields(json: Json): Json {
  return {
    ...json,
    properties: Object.fromEntries(
      Object.entries(toObject(json["properties"])).map(([name, field]) => [name, describeField(name, toObject(field))]),
    ),
  };
}

function describeField(name: string, field: Json): Json {
  const known = described[name];
  const about = prose[name];
  if (known) return { ...known, anyOf: [...(Array.isArray(known["anyOf"]) ? known["anyOf"] : []), { type: "null" }] };
  if (about === undefined) throw new Error(`scripts/openapi/request-schemas.ts has no sentence for the field ${name}`);
  return { ...field, ...about };
}

const bounds = { maxAcl: 0, maxTagsBytes: 0 };
const grants = described["acl"];

/** Made from the schema that validates. */
const updateImage: Json = {
  ...describeFields(toJsonSchema(makeUpdateImageSchema(bounds))),
  description: "At least one of the seven fields, here or in the query. Others are ignored.",
};

// Grants and tags are validated as `{acl}` and `{tags}`. The build fails here if they get a field that is not described.
toJsonSchema(makeAccountsSchema(bounds));
toJsonSchema(makeTagsSchema(bounds));

const revertProperties: Json = {
  revision: { description: "A revision that is kept.", anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }] },
  acl: { description: "Whether acl goes back too.", anyOf: [{ type: "boolean" }, { enum: ["true", "false"] }] },
};

function describeAccountField(name: UpdatableAccountField): Json {
  if (name === "triton_cns_enabled") {
    return { description: "Whether CNS is on.", anyOf: [{ type: "boolean" }, { enum: ["true", "false"] }] };
  }
  const most = maxCharacters[name];
  return { type: ["string", "null"], maxLength: most, description: `At most ${most} UTF-16 units.` };
}

/**
 * Makes the body of an operation whose action stands in it: OpenAPI knows one operation for a path and method, so the document
 * lists the others at paths with a fragment, which no client sends, and with all that they read in the body.
 */
const makeActionBody = (
  action: string,
  description: string,
  { properties = {}, required = [] }: { properties?: Json; required?: string[] },
): Json => ({
  type: "object",
  description,
  properties: {
    action: { const: action, description: "What to do." },
    ...properties,
    "dry-run": { type: "boolean", description: "Whether to answer what the write would answer, and write nothing." },
  },
  required: ["action", ...required],
});

/** The bodies of requests, by name. */
export const requestSchemas: Json = {
  UpdateImage: updateImage,
  RevertImage: makeActionBody("revert", "The revision to go back to.", {
    properties: revertProperties,
    required: ["revision"],
  }),
  CloneImage: makeActionBody("clone", "A clone reads no field.", {}),
  RemoveImageAcl: makeActionBody("remove", "The accounts.", { properties: { acl: grants }, required: ["acl"] }),
  Grants: {
    description: "The accounts: an array, or an object with `acl`.",
    anyOf: [
      { type: "array", items: uuid },
      { type: "object", properties: { acl: grants }, required: ["acl"] },
    ],
  },
  TagsToWrite: { ...tagsObject, description: "Tags: any keys, any JSON values." },
  UpdateAccount: {
    type: ["object", "null"],
    description: "The fields to change. Empty values and other names are ignored; null is none.",
    properties: Object.fromEntries(updatableAccountFields.map((name) => [name, describeAccountField(name)])),
  },
  CreateKey: {
    type: "object",
    description: "A public key. Every value may stand in the query instead.",
    required: ["key"],
    properties: {
      key: { type: "string", description: "OpenSSH line." },
      name: { type: "string", description: "Name; without it the comment of the line, else the MD5 fingerprint." },
      scope: {
        type: "string",
        description: `What the key may do: words with blanks between, of ${scopeWords.join(", ")}. An images: word may be of one image: images:tag@UUID. Without it, everything.`,
        maxLength: 1024,
        pattern: makeScopePattern(" +"),
      },
      expires: {
        type: "string",
        format: "date-time",
        description: "When the key ends, in UTC and in the future. Without it, never.",
      },
    },
  },
};
