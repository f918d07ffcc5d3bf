import { type UpdatableAccountField, updatableAccountFields } from "../../db/schema.ts";
import { CloudApiError } from "../../errors.ts";
import type { Parameters } from "../../syntax/form.ts";
import { isStorable, showValue } from "../../text.ts";
import type { AccountPatch } from "../update-account.sql.ts";

/** A rule: the value to store, undefined for a value that is ignored, or null where the value breaks the rule. */
type Rule = { read: (sent: unknown) => string | boolean | undefined | null; text: string };

const isEmpty = (sent: unknown): boolean => sent === undefined || sent === null || sent === "";

const makeText = (most: number): Rule => ({
  text: `a string of at most ${most} characters without U+0000 or a lone surrogate`,
  read: (sent) => {
    if (isEmpty(sent)) return undefined;
    return typeof sent === "string" && sent.length <= most && isStorable(sent) ? sent : null;
  },
});

const maxEmailCharacters = 254;

const email: Rule = {
  text: `an e-mail address of at most ${maxEmailCharacters} characters`,
  read: (sent) => {
    if (isEmpty(sent)) return undefined;
    if (typeof sent !== "string" || sent.length > maxEmailCharacters || !isStorable(sent)) return null;
    return /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(sent) ? sent : null;
  },
};

const flag: Rule = {
  text: "true or false",
  read: (sent) => {
    if (sent === undefined) return undefined;
    if (sent === true || sent === "true") return true;
    return sent === false || sent === "false" ? false : null;
  },
};

const text = makeText(255);

/** One row a field. Empty values are ignored, as upstream ignores them. docs/contract.md#account */
const rules: Readonly<Record<UpdatableAccountField, Rule>> = {
  email,
  companyName: text,
  firstName: text,
  lastName: text,
  address: makeText(1024),
  postalCode: text,
  city: text,
  state: text,
  country: text,
  phone: text,
  triton_cns_enabled: flag,
};

/**
 * Reads what UpdateAccount is to change. Other names are ignored.
 *
 * @throws {CloudApiError} InvalidArgument: the first value that breaks its field's rule
 */
export function readAccountPatch(parameters: Parameters): AccountPatch {
  const patch: Record<string, string | boolean> = {};
  for (const field of updatableAccountFields) {
    const sent = parameters[field];
    const value = rules[field].read(sent);
    if (value === null) {
      throw new CloudApiError("InvalidArgument", `${field} is ${rules[field].text}; ${showValue(sent)} was sent`);
    }
    if (value !== undefined) patch[field] = value;
  }
  return patch;
}
