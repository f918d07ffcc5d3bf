import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { findLimit, limitReaders } from "../../src/accounts/rules/key-limits.ts";
import type { accounts } from "../../src/db/account-schema.ts";
import type { Digest } from "../../src/digest.ts";
import { show } from "../../src/errors.ts";
import type { KeyLimits } from "../../src/scope.ts";
import { prepareKey, type RegisteredKey } from "../../src/signature/key-registration.ts";
import { PrivateKeyError, PublicKeyError } from "../../src/signature/public-key.ts";
import { isObject } from "../../src/text.ts";
import {
  describeFound,
  findSizeMistakes,
  flag,
  listFieldMistakes,
  optional,
  type Read,
  rule,
  text,
  timestamp,
  uuid,
} from "./fields.ts";
import { nameNearest } from "./nearest.ts";

/** An account to store, with its keys. A time of null is the time of loading, except that a stored `created` stays. */
export type AccountRow = Omit<typeof accounts.$inferSelect, "created" | "updated" | "write_id"> & {
  created: string | null;
  updated: string | null;
  /** Null leaves the stored keys alone. */
  keys: readonly KeyRow[] | null;
};

/** A key to store. It has the limits of which the file says something, if only that there is none. */
type KeyRow = RegisteredKey & Partial<KeyLimits>;

/** Not `my` and not a UUID: in a path the one is the caller, the other an account's UUID. */
const loginShape = /^(?!my$)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z][a-z0-9_.@+-]{0,63}$/i;

const loginRule = rule(
  'a letter and at most 63 more of A-Z a-z 0-9 _ . @ + -, not "my" and not of the shape of a UUID',
);

const key = z.pipe(
  z.transform((entry: unknown) => (typeof entry === "string" ? { key: entry } : entry)),
  // Others are looked through for a misspelt limit: CloudAPI's own keys have a fingerprint.
  z.looseObject({ name: z.nullish(text({ min: 1 })), key: text() }, rule("an OpenSSH line or {name, key}")),
);

const accountSchema = z.object(
  {
    uuid,
    login: z.string(loginRule).check(z.regex(loginShape, loginRule)),
    email: optional(text(), null),
    companyName: optional(text(), null),
    firstName: optional(text(), null),
    lastName: optional(text(), null),
    address: optional(text(), null),
    postalCode: optional(text(), null),
    city: optional(text(), null),
    state: optional(text(), null),
    country: optional(text(), null),
    phone: optional(text(), null),
    triton_cns_enabled: optional(flag, false),
    operator: optional(flag, false),
    disabled: optional(flag, false),
    created: optional(timestamp, null),
    updated: optional(timestamp, null),
    /** Versions that do not know limits of keys refuse a file with this. */
    hasLimitedKeys: z.optional(z.literal(true, rule("true"))),
    keys: optional(z.array(key, rule("an array of OpenSSH lines or {name, key}")), null),
  },
  rule("an object"),
);

const accountFields: ReadonlySet<string> = new Set(Object.keys(accountSchema.shape));

/** Reads an account. */
export async function readAccount(entry: unknown): Promise<Read<AccountRow>> {
  const parsed = z.safeParse(accountSchema, entry);
  // A misspelt field is refused: its value would be lost.
  const unknown = Object.keys(isObject(entry) ? entry : {})
    .filter((field) => !accountFields.has(field))
    .map((field) => `${show(field)} is no field of an account${nameNearest(field, accountFields)}`);
  if (!parsed.success) return { mistakes: [...listFieldMistakes(parsed.error.issues), ...unknown] };
  const { keys, hasLimitedKeys: _, ...columns } = parsed.data;
  const read = await readKeys(keys ?? []);
  const row = { ...columns, keys: keys && read.rows };
  return { row, mistakes: [...unknown, ...read.mistakes, ...findSizeMistakes([JSON.stringify([row])])] };
}

/** Node's WebCrypto has no MD5. */
const digest: Digest = async (name, bytes) => createHash(name.replace("-", "")).update(bytes).digest();

type KeyEntry = z.infer<typeof key>;

/** Reads the limits of which the entry of a key says something. Null is none. */
function readLimits(entry: KeyEntry): { limits: Partial<KeyLimits>; mistakes: string[] } {
  const limits: Record<string, unknown> = {};
  const mistakes: string[] = [];
  for (const [name, sent] of Object.entries(entry)) {
    const limit = findLimit(name);
    if (limit === undefined) continue;
    const readLimit = sent === null ? () => ({ value: null }) : limitReaders[limit];
    const read = name === limit ? readLimit(sent) : { rule: `the field is named ${limit}` };
    if ("value" in read) limits[limit] = read.value;
    else mistakes.push(`${read.rule}; ${describeFound(name === limit ? sent : name)}`);
  }
  return { limits, mistakes };
}

/** Reads the keys of one account. Names and keys are unique within it. */
async function readKeys(entries: readonly KeyEntry[]) {
  const rows: KeyRow[] = [];
  const mistakes: string[] = [];
  const names = new Map<string, number>();
  const fingerprints = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const place = entry.name ? `keys[${at}] (${show(entry.name)})` : `keys[${at}]`;
    const read = await prepareKey(entry, { digest, maxComment: 0 }).catch((error: Error) => error);
    if (read instanceof PublicKeyError) {
      const sent = read instanceof PrivateKeyError ? "" : `; ${describeFound(entry.key)}`;
      mistakes.push(`${place}: ${read.message}${sent}`);
      continue;
    }
    if (read instanceof Error) throw read;
    const sameKey = fingerprints.get(read.fingerprintSha256);
    const sameName = names.get(read.name);
    if (sameKey !== undefined) mistakes.push(`${place}: it is the key of keys[${sameKey}] again`);
    else if (sameName !== undefined)
      mistakes.push(`${place}: its name is that of keys[${sameName}], give it another; ${describeFound(read.name)}`);
    names.set(read.name, at);
    fingerprints.set(read.fingerprintSha256, at);
    const { limits, mistakes: wrong } = readLimits(entry);
    mistakes.push(...wrong.map((mistake) => `${place}: ${mistake}`));
    rows.push({ ...read, ...limits });
  }
  return { rows, mistakes };
}
