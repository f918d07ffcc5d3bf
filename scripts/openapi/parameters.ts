import { updatableAccountFields } from "../../src/db/schema.ts";
import { listParameters } from "../../src/images/rules/list-filters.ts";
import { versions } from "../../src/releases.ts";
import { example } from "./exchange.ts";
import type { Json } from "./json.ts";

type Place = "path" | "query" | "header";

const parameter = (place: Place, name: string, [description, schema, shown]: [string, Json, string?]): Json => ({
  name,
  in: place,
  description,
  ...(place === "path" && { required: true }),
  schema,
  ...(shown !== undefined && { example: shown }),
});

const text = { type: "string" };
const flag = { enum: ["true", "false"] };

const listTexts: Readonly<Record<string, [string, Json]>> = {
  name: ["The exact name; `~part` a substring.", text],
  os: ["The exact operating system.", text],
  version: ["The exact version; `~part` a substring.", text],
  owner: ["The exact owner.", text],
  type: [
    "The type as the release shows it; from 8.0.0 `!TYPE` every other. Docker images are listed only where it names them.",
    text,
  ],
  public: ["Whether the image is public.", flag],
  state: ["The state; `active` without it, `all` for every state of one's own.", text],
  limit: ["At most so many.", { type: "integer", minimum: 1 }],
  marker: ["The images after this one: the id of the last of the page before.", text],
};

/** Parameters of ListImages, a row for each that the service reads. */
const listRows = Object.fromEntries(
  listParameters
    .filter((name) => !name.endsWith("."))
    .map((name) => {
      const about = listTexts[name];
      if (!about) throw new Error(`scripts/openapi/parameters.ts has no sentence for the list's parameter ${name}`);
      return [`List-${name}`, parameter("query", name, about)];
    }),
);

/** Fields that may stand in the query instead of the body. docs/contract.md#body */
const makeQueryFields = (operation: string, names: readonly string[]): Json =>
  Object.fromEntries(
    names.map((name) => [
      `${operation}-${name}`,
      parameter("query", name, [`${operation}: as in the body, which wins.`, text]),
    ]),
  );

const imageFields = makeQueryFields("UpdateImage", ["name", "version", "description", "homepage", "eula", "tags"]);
const accountFields = makeQueryFields("UpdateAccount", updatableAccountFields);
const keyFields = makeQueryFields("CreateKey", ["key", "name"]);
const queryFields = { ...imageFields, ...accountFields, ...keyFields };

/** The names of the fields that an operation reads of the query too. */
export const queryFieldNames = {
  image: Object.keys(imageFields),
  account: Object.keys(accountFields),
  key: Object.keys(keyFields),
} as const;

/** The names of ListImages' parameters. */
export const listNames: readonly string[] = Object.keys(listRows);

/** Every parameter, by the name that operations call it. */
export const parameters: Json = {
  login: parameter("path", "login", ["A login, an account's UUID, or `my`, the account that signs.", text, "my"]),
  id: parameter("path", "id", ["UUID of the image, in lower case.", text, example.image]),
  key: parameter("path", "key", ["Name, MD5 fingerprint or SHA256 fingerprint of the key.", text, "demo"]),
  tag: parameter("path", "tag", ["Key of the tag, percent-encoded.", text, "role"]),
  ...listRows,
  // OpenAPI has no way to name a family of parameters: KEY stands for the key of a tag.
  "List-tag": parameter("query", "tag.KEY", [
    "Images whose tag KEY has this value, compared as text. KEY stands for the tag's key: `tag.role=db`. At most 16 in a list.",
    text,
  ]),
  "image-action": parameter("query", "action", [
    "What to do; in the body where the query has none.",
    { enum: ["update", "clone", "revert"] },
  ]),
  "acl-action": parameter("query", "action", [
    "What to do; in the body where the query has none.",
    { enum: ["add", "remove"] },
  ]),
  "revert-revision": parameter("query", "revision", ["RevertImage: the revision to go back to.", text]),
  // OpenAPI lists a name of the query once: UpdateImage and RevertImage share it.
  "image-acl": parameter("query", "acl", [
    "UpdateImage: as in the body, or repeated for each account. RevertImage: whether acl goes back too.",
    text,
  ]),
  "grants-acl": parameter("query", "acl", ["As in the body, or repeated for each account; the body wins.", text]),
  ...queryFields,
  "read-revision": parameter("query", "revision", [
    "The image as this revision left it; the owner and operators only.",
    text,
  ]),
  "audit-limit": parameter("query", "limit", [
    "At most so many revisions.",
    { type: "integer", minimum: 1, maximum: 100 },
  ]),
  "audit-marker": parameter("query", "marker", ["A revision: the page continues below it.", text]),
  "dry-run": parameter("query", "dry-run", ["`true` answers what the write would answer, and writes nothing.", flag]),
  "If-Match": parameter("header", "If-Match", [
    "ETags, or `*`: only at one of these revisions. Never send it empty.",
    text,
  ]),
  "If-None-Match": parameter("header", "If-None-Match", [
    "ETags, or `*`: not at one of these revisions. A read then is 304.",
    text,
  ]),
  "Idempotency-Key": parameter("header", "Idempotency-Key", [
    "1 to 255 visible ASCII characters: a retry with the same key is applied once.",
    text,
  ]),
  "Accept-Version": parameter("header", "Accept-Version", [
    `A range of versions; served are ${versions.join(", ")}.`,
    text,
  ]),
  "Api-Version": parameter("header", "Api-Version", ["The same, where Accept-Version is absent.", text]),
  "Request-Id": parameter("header", "Request-Id", [
    "1 to 128 characters of A-Za-z0-9._-; else the service makes one.",
    text,
  ]),
  "Content-MD5": parameter("header", "Content-MD5", ["MD5 of the body, base64; checked.", text]),
  "X-Api-Version": parameter("header", "X-Api-Version", ["The same, where Api-Version is absent too.", text]),
  "X-Request-Id": parameter("header", "X-Request-Id", [
    "The same, where Request-Id is absent or of another form.",
    text,
  ]),
  Date: parameter("header", "Date", ["The time that is signed, within 300 seconds of the service's clock.", text]),
  "X-Date": parameter("header", "X-Date", [
    "The same for a browser, which sets no Date. It is what is signed, where it is sent and the signature lists no headers.",
    text,
  ]),
  Digest: parameter("header", "Digest", ["`SHA-256=…` of the body; checked where it is signed.", text]),
};
