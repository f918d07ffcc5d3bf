/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is a JSON object: no array, and not null. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as a JSON object; anything else as one without keys. */
export const toJsonObject = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** An image as release 9.0.0 shows it; keys without a value are absent. docs/contract.md#image */
export type Image = {
  id: string;
  name: string;
  version: string;
  os?: string;
  type?: string;
  requirements: JsonObject;
  image_size?: number;
  description?: string;
  files?: JsonObject[];
  tags?: JsonObject;
  homepage?: string;
  published_at?: string;
  owner: string;
  public: boolean;
  state: "active" | "unactivated" | "disabled" | "creating" | "failed" | "destroyed";
  eula?: string;
  acl?: string[];
  origin?: string;
  error?: { code?: string; message?: string };
};

/** An image with the ETag of its revision. */
export type Versioned = { image: Image; etag: string };

/** The fields that UpdateImage takes, in its order; `acl` goes by grants. */
export const editableFields = ["name", "version", "description", "homepage", "eula", "tags"] as const;

export type EditableField = (typeof editableFields)[number];

/** What an update says of some fields; null clears. */
export type Update = { [Field in EditableField]?: unknown };

/** One revision. docs/contract.md#audit */
export type AuditEntry = {
  action: string;
  time: string;
  caller: { type: "signature"; keyId: string; account: string; requestId: string } | { type: "operator" };
  revision: number;
  /** Null where the revision before is not kept. */
  changes: Record<string, { before: unknown; after: unknown }> | null;
};

/** A page of the audit, newest first. `nextMarker` is null on the last one. */
export type AuditPage = { entries: AuditEntry[]; nextMarker: string | null };

/** An entry of the feed. docs/contract.md#changes */
export type Change = Omit<AuditEntry, "changes"> & {
  image: string;
  changes: NonNullable<AuditEntry["changes"]>;
  cursor: string;
};

/** A page of the feed. `newest`: the cursor of what comes later, where the page is after none. */
export type FeedPage = { changes: Change[]; newest: string | null };

/** The revision that an ETag names. docs/contract.md#preconditions */
export const readRevision = (etag: string): number => Number.parseInt(etag.replace(/^(?:W\/)?"/, ""), 10) || 0;

/** An account. docs/contract.md#account */
export type Account = { id: string; login: string; email?: string; companyName?: string };

/**
 * A key of an account; without `scope` it may do everything, without `expires` it never ends. docs/contract.md#scopes
 * `operator`: of the key that signs, whether it may act as other accounts.
 */
export type AccountKey = NewKey & { name: string; fingerprint: string; operator?: true };

/** A key to add. @see AccountKey */
export type NewKey = { name?: string; key: string; scope?: string; expires?: string };
