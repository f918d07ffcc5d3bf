import { isNameable } from "../route.ts";
import { put, readAll, remove } from "../stored.ts";
import { makeUnnameable } from "./refusal.ts";

/** Writes of an image. docs/contract.md#operations */
export type IntentKind =
  | "update"
  | "add-acl"
  | "remove-acl"
  | "leave"
  | "add-tags"
  | "replace-tags"
  | "delete-tag"
  | "revert"
  | "clone"
  | "delete";

/** One change that a person wants made once, however often it is sent. */
export type Intent = {
  /** The Idempotency-Key: a UUID. */
  id: string;
  /** The login or UUID in the path. */
  account: string;
  image: string;
  kind: IntentKind;
  body: unknown;
  ifMatch: string | null;
  revision?: number;
  tag?: string;
  /** Of a revert: whether the acl comes back too. */
  withAcl?: boolean;
  /** ISO 8601. */
  madeAt: string;
  /** Whether it was sent, so that it may have been made. */
  isSent: boolean;
};

type NewIntent = Pick<Intent, "account" | "image" | "kind"> & Partial<Omit<Intent, "id" | "madeAt" | "isSent">>;

/** An intent with a key of its own. */
export const makeIntent = (intent: NewIntent): Intent => ({
  body: null,
  ifMatch: null,
  ...intent,
  id: crypto.randomUUID(),
  madeAt: new Date().toISOString(),
  isSent: false,
});

/** Keeps an intent in this browser, through reloads. */
export const keepIntent = (intent: Intent): Promise<void> => put("intents", intent.id, intent);

/** Removes an intent: it was answered, or is given up. */
export const dropIntent = (intent: Intent): Promise<void> => remove("intents", intent.id);

/** The intents of an account that were never answered, the oldest first. */
export async function listKeptIntents(account: string): Promise<Intent[]> {
  const all = await readAll<Intent>("intents");
  return all
    .filter((intent) => intent.account === account)
    .sort((one, other) => one.madeAt.localeCompare(other.madeAt));
}

/**
 * The method, path and query of a write.
 *
 * @throws {Refusal} a path cannot name the tag, and would lead to another operation
 */
export function formatTarget(
  { account, image, kind, ...intent }: Intent,
  isDryRun: boolean,
): { method: string; path: string } {
  if (intent.tag !== undefined && !isNameable(intent.tag)) throw makeUnnameable(intent.tag);
  const base = `/${encodeURIComponent(account)}/images/${encodeURIComponent(image)}`;
  const [method, path] = targets[kind](base, intent);
  const dryRun = isDryRun ? `${path.includes("?") ? "&" : "?"}dry-run=true` : "";
  return { method, path: `${path}${dryRun}` };
}

type Target = (base: string, intent: Pick<Intent, "revision" | "tag" | "withAcl">) => readonly [string, string];

const targets: Readonly<Record<IntentKind, Target>> = {
  update: (base) => ["POST", `${base}?action=update`],
  "add-acl": (base) => ["POST", `${base}/acl?action=add`],
  "remove-acl": (base) => ["POST", `${base}/acl?action=remove`],
  leave: (base) => ["POST", `${base}/acl?action=remove`],
  "add-tags": (base) => ["POST", `${base}/tags`],
  "replace-tags": (base) => ["PUT", `${base}/tags`],
  "delete-tag": (base, { tag = "" }) => ["DELETE", `${base}/tags/${encodeURIComponent(tag)}`],
  revert: (base, { revision = 0, withAcl = false }) => [
    "POST",
    `${base}?action=revert&revision=${revision}${withAcl ? "&acl=true" : ""}`,
  ],
  clone: (base) => ["POST", `${base}?action=clone`],
  delete: (base) => ["DELETE", base],
};
