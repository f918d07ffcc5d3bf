import { listParameters } from "../../src/images/rules/list-filters.ts";
import { versions } from "../../src/releases.ts";
import { example } from "./example-values.ts";
import type { Json } from "./json.ts";

const text = { type: "string" };
const flag = { enum: ["true", "false"] };

const inPath = (name: string, description: string, shown?: string): Json => ({
  name,
  in: "path",
  description,
  required: true,
  schema: text,
  ...(shown !== undefined && { example: shown }),
});

const inQuery = (name: string, description: string, schema: Json = text): Json => ({
  name,
  in: "query",
  description,
  schema,
});

const listTexts: Readonly<Record<string, [description: string, schema?: Json]>> = {
  name: ["The exact name; `~part` a substring."],
  os: ["The exact operating system."],
  version: ["The exact version; `~part` a substring."],
  owner: ["The exact owner."],
  type: [
    "The type as the release shows it; from 8.0.0 `!TYPE` every other. Docker images are listed only where it names them.",
  ],
  public: ["Whether the image is public.", flag],
  state: ["The state; `active` without it, `all` for every state of one's own."],
  destroyed: [
    "`true` lists the account's destroyed images that still have an audit, and no others. Send no `state` with it.",
    flag,
  ],
  limit: ["At most so many.", { type: "integer", minimum: 1 }],
  marker: ["The images after this one: the id of the last of the page before. Or those from a date on."],
};

/** Parameters of ListImages, a row for each that the service reads. */
const listRows = Object.fromEntries(
  listParameters
    .filter((name) => !name.endsWith("."))
    .map((name) => {
      const about = listTexts[name];
      if (!about) throw new Error(`scripts/openapi/parameters.ts has no sentence for the list's parameter ${name}`);
      return [`List-${name}`, inQuery(name, ...about)];
    }),
);

/** The names of ListImages' parameters. */
export const listNames: readonly string[] = Object.keys(listRows);

/** An action that has its path in the document: the others stand in the body. */
const makeAction = (action: string): Json => ({
  ...inQuery("action", "What to do.", { enum: [action] }),
  required: true,
});

/** Headers of requests. */
const headerTexts: Readonly<Record<string, string>> = {
  "If-Match": "ETags, or `*`: only at one of these revisions. Never send it empty.",
  "If-None-Match": "ETags, or `*`: not at one of these revisions. A read then is 304.",
  "Idempotency-Key": "1 to 255 visible ASCII characters: a retry with the same key is applied once.",
  "Cache-Control": "`max-stale=N`: the answer may be up to N seconds old, from a replica near the caller.",
  "Accept-Version": `A range of versions; served are ${versions.join(", ")}.`,
  "Api-Version": "The same, where Accept-Version is absent.",
  "Request-Id": "1 to 128 characters of A-Za-z0-9._-; else the service makes one.",
  "Content-MD5": "MD5 of the body, base64; checked.",
  "X-Api-Version": "The same, where Api-Version is absent too.",
  "X-Request-Id": "The same, where Request-Id is absent or of another form.",
  Date: "The time that is signed, within 300 seconds of the service's clock.",
  "X-Date":
    "The same for a browser, which sets no Date. It is what is signed, where it is sent and the signature lists no headers.",
  Digest: "`SHA-256=…` of the body; checked where it is signed.",
};

/** What JSON Schema can say of a header that is refused if it is malformed, whatever else is sent. */
const headerSchemas: Readonly<Record<string, Json>> = {
  "Idempotency-Key": { ...text, pattern: "^[!-~]{1,255}$" },
};

/**
 * Every parameter, by the name that operations call it. The fields of a body may stand in the query too, which their schemas say
 * and the document leaves out. docs/contract.md#body
 */
export const parameters: Json = {
  login: inPath("login", "A login, an account's UUID, or `my`, the account that signs.", "my"),
  id: inPath("id", "UUID of the image, in lower case.", example.image),
  key: inPath("key", "Name, MD5 fingerprint or SHA256 fingerprint of the key.", "demo"),
  tag: inPath("tag", "Key of the tag, percent-encoded.", "role"),
  ...listRows,
  // OpenAPI cannot name a family of parameters: KEY is the key of a tag.
  "List-tag": inQuery(
    "tag.KEY",
    "Images whose tag KEY has this value, compared as text. KEY stands for the tag's key: `tag.role=db`. At most 16 in a list.",
  ),
  ...Object.fromEntries(["update", "add"].map((name) => [`${name}-action`, makeAction(name)])),
  "read-revision": inQuery("revision", "The image as this revision left it; the owner and operators only."),
  "audit-limit": inQuery("limit", "At most so many revisions.", { type: "integer", minimum: 1, maximum: 100 }),
  "audit-marker": inQuery("marker", "A revision: the page continues below it."),
  "changes-after": inQuery("after", "The `cursor` of an entry: the changes after it. Without it, from the oldest."),
  "changes-limit": inQuery("limit", "At most so many changes.", { type: "integer", minimum: 1, maximum: 100 }),
  "dry-run": inQuery("dry-run", "`true` answers what the write would answer, and writes nothing.", flag),
  ...Object.fromEntries(
    Object.entries(headerTexts).map(([name, description]) => [
      name,
      { name, in: "header", description, schema: headerSchemas[name] ?? text },
    ]),
  ),
};
