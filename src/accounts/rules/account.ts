import { CloudApiError, show } from "../../errors.ts";
import type { RequestParameters } from "../../syntax/form.ts";
import { type UpdatableAccountField, updatableAccountFields } from "../../tables.ts";
import { isStorable, makeNotAllowed, parseBoolean } from "../../text.ts";
import type { AccountPatch, AccountRow } from "../account.sql.ts";

/** The most UTF-16 units of each text field. The JSON Schema uses them; check-docs compares the contract's table. docs/contract.md#account */
export const maxCharacters = {
  email: 254,
  companyName: 255,
  firstName: 255,
  lastName: 255,
  address: 1024,
  postalCode: 255,
  city: 255,
  state: 255,
  country: 255,
  phone: 255,
} as const satisfies Record<Exclude<UpdatableAccountField, "triton_cns_enabled">, number>;

/** A rule in words, and a reader. `read` returns undefined for a value to ignore, null for one to refuse. */
type Rule = { text: string; read: (sent: unknown) => string | boolean | undefined | null };

const isEmpty = (sent: unknown): boolean => sent === undefined || sent === null || sent === "";

const makeText = (most: number): Rule => ({
  text: `a string of at most ${most} characters without U+0000 or a lone surrogate`,
  read: (sent) => {
    if (isEmpty(sent)) return undefined;
    return typeof sent === "string" && sent.length <= most && isStorable(sent) ? sent : null;
  },
});

const makeEmail = (most: number): Rule => ({
  text: `an e-mail address of at most ${most} characters`,
  read: (sent) => {
    const text = makeText(most).read(sent);
    return typeof text === "string" && !/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(text) ? null : text;
  },
});

const isEnabled: Rule = {
  text: "true or false",
  read: (sent) => (sent === undefined ? undefined : (parseBoolean(sent) ?? null)),
};

/** Finds the rule of a field. Empty texts are ignored, as upstream ignores them. */
function findRule(field: UpdatableAccountField): Rule {
  if (field === "triton_cns_enabled") return isEnabled;
  return field === "email" ? makeEmail(maxCharacters.email) : makeText(maxCharacters[field]);
}

/**
 * Reads what UpdateAccount is to change. Other names are ignored.
 *
 * @throws {CloudApiError} InvalidArgument: the first value that breaks its field's rule
 */
export function readAccountPatch(parameters: RequestParameters): AccountPatch {
  const patch: Record<string, string | boolean> = {};
  for (const field of updatableAccountFields) {
    const sent = parameters[field];
    const { text, read } = findRule(field);
    const value = read(sent);
    if (value === null) throw makeNotAllowed(`${field} is ${text}`, sent);
    if (value !== undefined) patch[field] = value;
  }
  return patch;
}

/** Renders a stored account as CloudAPI does, without unset fields. docs/contract.md#account */
export function renderAccount({ uuid, ...row }: AccountRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ id: uuid, ...row }).filter(([, value]) => value !== null));
}

/** Returns what a path names. @param asked its name in the path @throws {CloudApiError} ResourceNotFound when it is null */
export function requireFound<Row>(row: Row | null, asked: string): Row {
  if (row === null) throw new CloudApiError("ResourceNotFound", `${show(asked)} does not exist`);
  return row;
}
