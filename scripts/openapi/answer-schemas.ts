import type { UpdatableAccountField } from "../../src/db/schema.ts";
import { errorStatus } from "../../src/errors.ts";
import { uuidShape } from "../../src/images/rules/acl.ts";
import { imageWrites } from "../../src/operations.ts";
import { type Json, refer } from "./json.ts";

const text = (description: string, more: Json = {}): Json => ({ type: "string", description, ...more });
const number = (description: string): Json => ({ type: "integer", description });
const uuid = (description: string): Json => text(description, { pattern: uuidShape.source });

/** An object that has these keys and no others. */
const object = (description: string, properties: Json, required: readonly string[]): Json => ({
  type: "object",
  description,
  properties,
  required,
  additionalProperties: false,
});

const requirements = object(
  "What the image needs. Zero and empty values are left out.",
  {
    max_memory: number("Most memory, MiB."),
    max_ram: number("The same under its old name."),
    min_memory: number("Least memory, MiB."),
    min_ram: number("The same under its old name."),
    brand: text("Brand of the zone."),
    bootrom: text("Boot ROM of the machine."),
  },
  [],
);

const file = object(
  "The first file of the image.",
  {
    compression: { description: "How it is compressed." },
    sha1: { description: "Its SHA-1, in hex." },
    size: { description: "Its size in bytes." },
  },
  [],
);

/** An image, with the type as a release shows it. docs/contract.md#image */
const makeImage = (description: string, type: Json): Json =>
  object(
    `${description} A key without a value is absent, never null.`,
    {
      id: uuid("UUID of the image."),
      name: text("Name."),
      version: text("Version."),
      os: text("Operating system. Absent while the image is created."),
      requirements,
      type,
      image_size: number("Size of a zvol, MiB."),
      description: text("Description."),
      files: { type: "array", items: file, description: "The first file alone." },
      tags: { type: "object", additionalProperties: true, description: "Tags: any keys, any JSON values." },
      homepage: text("Address of its page. Provisioned ones may be anything."),
      published_at: text("Date and time, as stored."),
      owner: uuid("Account that owns it."),
      public: { type: "boolean", description: "Whether everybody may use it." },
      state: text("State. Destroyed only where an earlier revision of a destroyed image is read.", {
        enum: ["active", "unactivated", "disabled", "creating", "failed", "destroyed"],
      }),
      eula: text("Address of its licence."),
      acl: {
        type: "array",
        items: uuid("Account."),
        description: "Accounts that it is shared with. Absent when empty.",
      },
      origin: uuid("Image that it was made of."),
      error: object("Why the creation failed.", { code: text("Code."), message: text("Message.") }, []),
    },
    ["id", "name", "version", "requirements", "owner", "public", "state"],
  );

const caller: Json = {
  description: "Who did it.",
  oneOf: [
    object(
      "The account and key that signed.",
      {
        type: { const: "signature" },
        keyId: text("`/LOGIN/keys/SHA256:…`"),
        account: uuid("Account."),
        requestId: text("Request-Id of the request."),
      },
      ["type", "keyId", "account", "requestId"],
    ),
    object("The operator of the service, with `npm run provision`.", { type: { const: "operator" } }, ["type"]),
  ],
};

const change = object(
  "A field of the image as the requested release shows it; null where it is absent.",
  { before: { description: "Before." }, after: { description: "After." } },
  ["before", "after"],
);

const actions = [...new Set(Object.values(imageWrites).map(({ action }) => action)), "provision"];

const revision = object(
  "One revision of an image.",
  {
    action: text("What made it.", { enum: actions }),
    success: { const: "yes", description: "Only applied writes have a revision." },
    time: text("By the database's clock, ISO 8601.", { format: "date-time" }),
    caller,
    revision: number("The revision that the write produced."),
    changes: {
      description: "The fields that changed. Null where the revision before is not kept.",
      oneOf: [{ type: "object", additionalProperties: change }, { type: "null" }],
    },
  },
  ["action", "success", "time", "caller", "revision", "changes"],
);

const accountTexts = {
  email: "E-mail address.",
  companyName: "Company.",
  firstName: "First name.",
  lastName: "Last name.",
  address: "Address.",
  postalCode: "Postal code.",
  city: "City.",
  state: "State.",
  country: "Country.",
  phone: "Telephone.",
} satisfies Record<Exclude<UpdatableAccountField, "triton_cns_enabled">, string>;

const account = object(
  "An account. A key without a value is absent.",
  {
    id: uuid("UUID of the account."),
    login: text("Login."),
    ...Object.fromEntries(Object.entries(accountTexts).map(([name, description]) => [name, text(description)])),
    triton_cns_enabled: { type: "boolean", description: "Whether CNS is on." },
    created: text("When it was created."),
    updated: text("When it last changed."),
  },
  ["id", "login", "triton_cns_enabled"],
);

const health = {
  healthy: { type: "boolean", description: "Whether the database answered." },
  milliseconds: { type: "number", description: "How long that read took." },
  age: { type: "number", description: "How long ago it ended, ms." },
  readOnly: { type: "boolean", description: "Whether READ_ONLY is on." },
};

const fieldError = object(
  "One field that breaks its rule.",
  {
    field: text("The field."),
    code: text("What kind of mistake.", { enum: ["Invalid", "MissingParameter"] }),
    message: text("A sentence for a person."),
  },
  ["field", "code", "message"],
);

/** What the service answers, by name. */
export const answerSchemas: Json = {
  Image: makeImage("An image.", text("Type as stored, such as `zone-dataset`, `zvol`, `lx-dataset` or `docker`.")),
  ImageBefore8: makeImage(
    "An image as releases before 8.0.0 show it.",
    text("Before 8.0.0: `virtualmachine` for a zvol, else `smartmachine`.", {
      enum: ["smartmachine", "virtualmachine"],
    }),
  ),
  Images: { type: "array", items: refer("schemas", "Image"), description: "Images, by `published_at`." },
  ImagesBefore8: {
    type: "array",
    items: refer("schemas", "ImageBefore8"),
    description: "Images as releases before 8.0.0 show them, by `published_at`.",
  },
  Revisions: { type: "array", items: revision, description: "Revisions, newest first." },
  Tags: { type: "object", additionalProperties: true, description: "All tags of an image." },
  Tag: { description: "The value of a tag: any JSON." },
  Account: account,
  Key: object(
    "A key of an account.",
    { name: text("Name."), fingerprint: text("MD5 fingerprint."), key: text("OpenSSH line.") },
    ["name", "fingerprint", "key"],
  ),
  Keys: { type: "array", items: refer("schemas", "Key"), description: "Keys, by name." },
  Datacenters: {
    type: "object",
    additionalProperties: text("Origin of the service."),
    description: "Names and addresses.",
  },
  Ping: object(
    "The service runs.",
    {
      ping: { const: "pong" },
      cloudapi: object("Versions.", { versions: { type: "array", items: text("Version.") } }, ["versions"]),
    },
    ["ping", "cloudapi"],
  ),
  Health: object("Whether the database answers.", health, Object.keys(health)),
  Unhealthy: object(
    "The database does not answer.",
    { code: { const: "ServiceUnavailableError" }, message: text("A sentence for a person."), ...health },
    ["code", "message", ...Object.keys(health)],
  ),
  Error: object(
    "A refusal. The message is for people and may change.",
    {
      code: text("What was wrong.", { enum: Object.keys(errorStatus) }),
      message: text("A sentence that names what was wrong."),
    },
    ["code", "message"],
  ),
  FieldErrors: object(
    "Fields that break their rules, each once.",
    {
      code: { const: "ValidationFailed" },
      message: text("The fields."),
      errors: { type: "array", items: fieldError, description: "In the order of the fields." },
    },
    ["code", "message", "errors"],
  ),
};
