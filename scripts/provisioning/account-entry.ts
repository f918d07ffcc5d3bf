import * as z from "zod/mini";
import type { accounts } from "../../src/db/schema.ts";
import { show } from "../../src/errors.ts";
import type { RegisteredKey } from "../../src/signature/key-registration.ts";
import { readKeys } from "./account-keys.ts";
import { findSizeMistake, flag, text, timestamp, uuid } from "./fields.ts";
import { nameNearest } from "./nearest.ts";
import { listFieldMistakes, rule } from "./refusal.ts";

/** An account as it is to be stored, with its keys. `created` and `updated` of null stay, or are now on an insert. */
export type AccountRow = Omit<typeof accounts.$inferSelect, "created" | "updated" | "write_id"> & {
  created: string | null;
  updated: string | null;
  /** null leaves the stored keys alone. */
  keys: readonly RegisteredKey[] | null;
};

/** Neither `my`, which a path means the caller by, nor a UUID, which a path means an account by. */
const loginShape = /^(?!my$)(?![0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[a-z][a-z0-9_.@+-]{0,63}$/i;

const loginRule = rule(
  'a letter and at most 63 more of A-Z a-z 0-9 _ . @ + -, not "my" and not of the shape of a UUID',
);

const key = z.pipe(
  z.transform((entry: unknown) => (typeof entry === "string" ? { key: entry } : entry)),
  z.object({ name: z.nullish(text({ min: 1 })), key: text() }, rule("an OpenSSH line or {name, key}")),
);

const accountSchema = z.object(
  {
    uuid,
    login: z.string(loginRule).check(z.regex(loginShape, loginRule)),
    email: z.nullish(text()),
    companyName: z.nullish(text()),
    firstName: z.nullish(text()),
    lastName: z.nullish(text()),
    address: z.nullish(text()),
    postalCode: z.nullish(text()),
    city: z.nullish(text()),
    state: z.nullish(text()),
    country: z.nullish(text()),
    phone: z.nullish(text()),
    triton_cns_enabled: z.nullish(flag),
    operator: z.nullish(flag),
    disabled: z.nullish(flag),
    created: z.nullish(timestamp),
    updated: z.nullish(timestamp),
    keys: z.nullish(z.array(key, rule("an array of OpenSSH lines or {name, key}"))),
  },
  rule("an object"),
);

/** The fields of an account that are kept. */
export const accountFields: ReadonlySet<string> = new Set(Object.keys(accountSchema.shape));

/** An account's row, or everything that is wrong with the entry. */
export async function readAccount(entry: unknown): Promise<{ row?: AccountRow; mistakes: readonly string[] }> {
  const parsed = z.safeParse(accountSchema, entry);
  const unknown = listUnknownFields(entry);
  if (!parsed.success) return { mistakes: [...listFieldMistakes(parsed.error.issues), ...unknown] };
  const keys = await readKeys(parsed.data.keys ?? []);
  const row: AccountRow = { ...toColumns(parsed.data), keys: parsed.data.keys ? keys.rows : null };
  // With its keys, because an account is bound as one value.
  const tooLarge = findSizeMistake([JSON.stringify([row])]);
  return { row, mistakes: [...unknown, ...keys.mistakes, ...(tooLarge ? [tooLarge] : [])] };
}

/** A misspelt field is refused: its value would be lost. */
function listUnknownFields(entry: unknown): string[] {
  if (typeof entry !== "object" || entry === null) return [];
  const unknown = Object.keys(entry).filter((field) => !accountFields.has(field));
  return unknown.map((field) => `${show(field)} is no field of an account${nameNearest(field, accountFields)}`);
}

type Account = z.output<typeof accountSchema>;

/** The columns of an account, each an explicit null where the entry has no value. */
function toColumns(account: Account): Omit<AccountRow, "keys"> {
  const { uuid, login, operator, disabled, triton_cns_enabled } = account;
  const orNull = <Field extends Exclude<keyof Account, "keys">>(field: Field) => account[field] ?? null;
  return {
    uuid,
    login,
    email: orNull("email"),
    companyName: orNull("companyName"),
    firstName: orNull("firstName"),
    lastName: orNull("lastName"),
    address: orNull("address"),
    postalCode: orNull("postalCode"),
    city: orNull("city"),
    state: orNull("state"),
    country: orNull("country"),
    phone: orNull("phone"),
    triton_cns_enabled: triton_cns_enabled ?? false,
    operator: operator ?? false,
    disabled: disabled ?? false,
    created: orNull("created"),
    updated: orNull("updated"),
  };
}
