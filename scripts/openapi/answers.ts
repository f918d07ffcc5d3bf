import { imageStates } from "../../src/image-states.ts";
import { imageWrites } from "../../src/operations.ts";
import type { UpdatableAccountField } from "../../src/tables.ts";
import { uuidShape } from "../../src/text.ts";
import { type Json, refer } from "./json.ts";
import { makeScopePattern } from "./scope-pattern.ts";

const text = (description: string, more: Json = {}): Json => ({ type: "string", description, ...more });
const number = (description: string): Json => ({ type: "integer", description });
const uuid = (description: string): Json => text(description, { pattern: uuidShape.source });

/** Makes an object with these keys and no others. @param required all of them by default */
const object = (description: string, properties: Json, required = Object.keys(properties)): Json => ({
  type: "object",
  description,
  properties,
  required,
  additionalProperties: false,
});

const whole = (description: string, minimum = 0): Json => ({ ...number(description), minimum });

const requirements = object(
  "What the image needs. Zero and empty values are left out.",
  {
    max_memory: whole("Most memory, MiB.", 1),
    max_ram: whole("The same under its old name.", 1),
    min_memory: whole("Least memory, MiB.", 1),
    min_ram: whole("The same under its old name.", 1),
    brand: text("Brand of the zone."),
    bootrom: text("Boot ROM of the machine."),
  },
  [],
);

const file = object(
  "The first file of the image. It has all three, unless the operator did not know one.",
  {
    compression: text("How it is compressed."),
    sha1: text("Its SHA-1, in hex."),
    size: whole("Its size in bytes."),
  },
  [],
);

const failure = object("Why the creation failed.", { code: text("Code."), message: text("Message.") }, ["code"]);

/** Makes the schema of an image. @param type as a release shows it. docs/contract.md#image */
const makeImage = (description: string, type: Json): Json =>
  object(
    `${description} A key without a value is absent, never null.`,
    {
      id: uuid("UUID of the image."),
      name: text("Name."),
      version: text("Version."),
      os: text("Operating system. Absent while the image is created, or where the operator did not know it."),
      requirements: refer("schemas", "ImageRequirements"),
      type,
      image_size: whole("Size of a zvol, MiB."),
      description: text("Description."),
      files: { type: "array", items: refer("schemas", "ImageFile"), description: "The first file alone." },
      tags: { type: "object", additionalProperties: true, description: "Tags: any keys, any JSON values." },
      homepage: text("Address of its page. Provisioned ones may be anything."),
      published_at: text("Date and time, as stored."),
      owner: uuid("Account that owns it."),
      public: { type: "boolean", description: "Whether everybody may use it." },
      state: text(
        "State. Destroyed only in a list with `destroyed=true`, and in an earlier revision of a destroyed image.",
        {
          enum: imageStates,
        },
      ),
      eula: text("Address of its licence."),
      acl: {
        type: "array",
        items: uuid("Account."),
        description: "Accounts that it is shared with. Absent when empty.",
      },
      origin: uuid("Image that it was made of."),
      error: refer("schemas", "ImageFailure"),
    },
    ["id", "name", "version", "requirements", "owner", "public", "state"],
  );

const signer = object(
  "The account and key that signed.",
  {
    type: { const: "signature" },
    keyId: text("`/LOGIN/keys/SHA256:…`"),
    account: uuid("Account."),
    requestId: text("Request-Id of the request."),
    scope: text("The scope that the key had then. Absent if it had none."),
  },
  ["type", "keyId", "account", "requestId"],
);

const operator = object("The operator of the service, with `npm run provision`.", { type: { const: "operator" } });

const caller: Json = {
  description: "Who did it.",
  oneOf: [refer("schemas", "Signer"), refer("schemas", "Operator")],
};

const change = object("A field of the image as the requested release shows it; null where it is absent.", {
  before: { description: "Before." },
  after: { description: "After." },
});

const actions = [...new Set(Object.values(imageWrites).map(({ action }) => action)), "provision"];

const revision = object("One revision of an image.", {
  action: text("What made it.", { enum: actions }),
  success: { const: "yes", description: "Only applied writes have a revision." },
  time: text("By the database's clock, ISO 8601.", { format: "date-time" }),
  caller: refer("schemas", "Caller"),
  revision: number("The revision that the write produced."),
  changes: {
    description: "The fields that changed. Null where the revision before is not kept.",
    oneOf: [{ type: "object", additionalProperties: refer("schemas", "FieldChange") }, { type: "null" }],
  },
});

const changesOfFields = { type: "object", additionalProperties: refer("schemas", "FieldChange") };

const feedEntry = object("One change of an image.", {
  ...(revision["properties"] as Json),
  changes: { ...changesOfFields, description: "The fields that changed." },
  image: uuid("Image."),
  cursor: text("The place of this change: `after` of the request that goes on."),
});

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

/** The bodies of answers, by name. */
export const answerSchemas: Json = {
  Image: makeImage(
    "An image.",
    text(
      "Type as stored, such as `zone-dataset`, `zvol`, `lx-dataset` or `docker`. Before 8.0.0 `virtualmachine` for a zvol, else `smartmachine`.",
    ),
  ),
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
  ImageRequirements: requirements,
  ImageFile: file,
  ImageFailure: failure,
  Revision: revision,
  Revisions: { type: "array", items: refer("schemas", "Revision"), description: "Revisions, newest first." },
  Change: feedEntry,
  Changes: { type: "array", items: refer("schemas", "Change"), description: "Changes, in the order of commit." },
  Caller: caller,
  Signer: signer,
  Operator: operator,
  FieldChange: change,
  Tags: { type: "object", additionalProperties: true, description: "All tags of an image." },
  Tag: { description: "The value of a tag: any JSON." },
  Account: account,
  Key: object(
    "A key of an account.",
    {
      name: text("Name."),
      fingerprint: text("MD5 fingerprint."),
      key: text("OpenSSH line."),
      scope: text("What it may do, as words. Absent: everything.", { pattern: makeScopePattern(" ") }),
      expires: text("When it ends. Absent: never.", { format: "date-time" }),
      operator: {
        const: true,
        description: "GetKey of the key that signs: it may act as other accounts. Absent: it may not.",
      },
    },
    ["name", "fingerprint", "key"],
  ),
  Keys: { type: "array", items: refer("schemas", "Key"), description: "Keys, by name." },
  Datacenters: {
    type: "object",
    additionalProperties: text("Origin of the service."),
    description: "Names and addresses.",
  },
  Ping: object("The service runs.", {
    ping: { const: "pong" },
    cloudapi: object("Versions.", { versions: { type: "array", items: text("Version.") } }),
  }),
  Health: object("Whether the database answers.", health),
  Unhealthy: object("The database does not answer.", {
    code: { const: "ServiceUnavailableError" },
    message: text("A sentence for a person."),
    ...health,
  }),
};

const header = (description: string, schema: Json = { type: "string" }): Json => ({ description, schema });

/** Of every answer. docs/contract.md#headers */
const common: Json = {
  "Request-Id": header("The client's, else a new UUID."),
  "X-Request-Id": header("As Request-Id."),
  "Response-Time": header("Whole milliseconds."),
  "X-Response-Time": header("As Response-Time."),
  "Api-Version": header("The release that answered."),
  "X-Api-Version": header("As Api-Version."),
  Server: header("`cloudapi/VERSION`."),
  Date: header("The time of the answer."),
  "Triton-Datacenter-Name": header("DATACENTER_NAME of the configuration."),
  "Server-Timing": header("`auth`, `db` and `total`, in milliseconds."),
  "Cache-Control": header("`private, no-cache, no-transform`."),
  "X-Content-Type-Options": header("`nosniff`."),
  "Access-Control-Allow-Origin": header("`*`."),
  "Access-Control-Allow-Methods": header("Methods."),
  "Access-Control-Allow-Headers": header("Request headers that a page may send."),
  "Access-Control-Expose-Headers": header("Headers that a page may read."),
};

/** Of some answers. */
const some: Json = {
  "Content-MD5": header("MD5 of the JSON, base64. A streamed list has none."),
  "Content-Length": header("Length of the body. A streamed list has none."),
  ETag: header('`"REVISION-RELEASE"`.'),
  "Changed-Fields": header("The fields that changed; empty when nothing did."),
  "Dry-Run": header("`true`: nothing was written."),
  "Ignored-Parameters": header("Names that no rule read, at most ten."),
  "Idempotent-Replayed": header("`true`: the answer of the first time."),
  "Revision-Not-Kept": header("The revision of a replay, which is not kept: the answer shows the image as it is now."),
  "Newest-Cursor": header("Without `after`: the `after` of what is committed later."),
  "Oldest-Cursor": header("The `after` to go on with, once all images were read."),
  "Next-Marker": header("`marker` of the next page. Absent on the last one."),
  Age: header("How many seconds old the answer may be: a replica gave it. Absent if the primary did."),
  Location: header("`/LOGIN/keys/FINGERPRINT` of a new key."),
  Allow: header("The methods of the path."),
  "Retry-After": header("Seconds to wait."),
  "RateLimit-Policy": header("Who is counted, and the limit."),
  "WWW-Authenticate": header('`Signature realm="cloudapi",headers="date"`.'),
};

/** Headers of answers, by name. */
export const headers: Json = { ...common, ...some };

/** The names of those that every answer has. */
export const commonHeaders: readonly string[] = Object.keys(common);
