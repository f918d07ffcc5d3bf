/** What SQL and the rules both need to know of the tables. `db/` has the tables. */

/** The fields that UpdateImage may write, in the documentation's order. docs/contract.md#fields */
export const updatableFields = ["name", "version", "description", "homepage", "eula", "acl", "tags"] as const;

export type UpdatableField = (typeof updatableFields)[number];

/** The fields of an image's IMGAPI manifest that an answer or an access rule needs, updatable ones first. A revision keeps them all. */
export const manifestColumnNames = [
  ...updatableFields,
  "os",
  "type",
  "requirements",
  "image_size",
  "files",
  "published_at",
  "owner",
  "public",
  "state",
  "origin",
  "error",
] as const;

export type ManifestColumn = (typeof manifestColumnNames)[number];

/** The columns whose texts can be long. */
export const longColumns = ["acl", "tags", "requirements", "files", "description"] as const;

/** SQL: whether a list of names, as `changed` holds it, has a column's. @param changed the expression of the list */
export const hasName = (changed: string, column: string): string =>
  `instr(', ' || ${changed} || ',', ', ${column},') > 0`;

/** The fields that UpdateAccount may write. docs/contract.md#account */
export const updatableAccountFields = [
  "email",
  "companyName",
  "firstName",
  "lastName",
  "address",
  "postalCode",
  "city",
  "state",
  "country",
  "phone",
  "triton_cns_enabled",
] as const;

export type UpdatableAccountField = (typeof updatableAccountFields)[number];

/**
 * A record may be removed one minute after its `time`. With an Idempotency-Key, `time` is set this much ahead, a minute less than a
 * day: the record stays for 24 hours.
 */
export const keyedRecordMs = 86_340_000;

/**
 * The most bytes of a page of the audit or of the changes, not counting its last revision: in SQL of the values before, in the
 * answer of all values.
 */
export const maxPageBytes = 256_000;

/**
 * The most inexact numbers (see `isInexact`) among the tags of an image. SQLite looks up the text of each from the first tag
 * on: the time grows with the square of their number.
 */
export const maxInexactTags = 100;
