import { exchange, put, read, remove } from "../stored.ts";
import type { SigningKey } from "./signing-key.ts";

/** What the service says of the key that signs. */
export type OwnKey = {
  /** What the key may do. Absent for everything. */
  scope?: string | undefined;
  /** Whether it may act as other accounts. */
  operator?: boolean | undefined;
  keyName?: string | undefined;
};

/** Who is signed in: an account's login, its key, and the account that an operator acts as in this tab. */
export type Session = OwnKey & { login: string; key: SigningKey; actAs: string | null };

/** A key that was made in this browser, and the account that it is for. */
export type PendingKey = Pick<Session, "login" | "key">;

/** Whether two sessions sign with the same key of the same account. */
export const isSameKey = (one: PendingKey, other: PendingKey): boolean =>
  one.login === other.login && one.key.fingerprint === other.key.fingerprint;

/** What a tab did to the session, as it tells the other tabs. */
export type SessionEvent = "signed-in" | "changed" | "forgotten" | "deleted";

const channel = typeof window === "undefined" ? null : new BroadcastChannel("cloudapi-edge-console session");

/** Calls back when another tab changed what is kept. A tab that sleeps may miss it. @returns how to stop */
export function watchSession(listener: (event: SessionEvent) => void): () => void {
  const listen = ({ data }: MessageEvent<SessionEvent>) => listener(data);
  channel?.addEventListener("message", listen);
  return () => channel?.removeEventListener("message", listen);
}

const announce = (event: SessionEvent) => channel?.postMessage(event);

type Stored = { current: Session | undefined; pending: PendingKey | undefined };

/** The removal of the pending key where it is this one: it would bring the key back. */
const withoutPending = ({ pending }: Pick<Stored, "pending">, key: PendingKey) =>
  pending && isSameKey(pending, key) ? { pending: undefined } : {};

/**
 * Keeps the session of somebody who signs in, whatever was kept before; the key is kept as one that no script can read.
 *
 * @param isPending whether it is the key that waits to be added: then it must still wait
 * @returns whether it is kept
 */
export async function keepSession(session: Session, isPending: boolean): Promise<boolean> {
  const isKept = await exchange("session", ["pending"], ({ pending }: Pick<Stored, "pending">) => {
    const mayKeep = !isPending || (pending !== undefined && isSameKey(pending, session));
    return mayKeep ? { current: { ...session, actAs: null }, ...withoutPending({ pending }, session) } : null;
  });
  if (isKept) announce("signed-in");
  return isKept;
}

/** Changes the session that is kept, if its key still is. @returns whether it was changed */
export async function changeSession(before: Session, change: Partial<OwnKey & PendingKey>): Promise<boolean> {
  const isKept = await exchange("session", ["current"], ({ current }: Pick<Stored, "current">) =>
    current && isSameKey(current, before) ? { current: { ...current, ...change } } : null,
  );
  if (isKept) announce("changed");
  return isKept;
}

/** The session that is kept. Whom an operator acts as is a tab's own. */
export async function readKeptSession(): Promise<Session | null> {
  const kept = await read<Session>("session", "current");
  return kept ? { ...kept, actAs: null } : null;
}

/** Whether the key of a session is still kept. */
export async function isKept(session: Session): Promise<boolean> {
  const kept = await readKeptSession();
  return kept !== null && isSameKey(kept, session);
}

/** Removes the session and its key from this browser, and from every tab. */
export async function forgetSession(session: Session, event: "forgotten" | "deleted"): Promise<void> {
  await exchange("session", ["current", "pending"], ({ current, pending }: Stored) => ({
    ...(current && isSameKey(current, session) && { current: undefined }),
    ...withoutPending({ pending }, session),
  }));
  announce(event);
}

/** Keeps a key that was made here, until its line is added to the account. */
export async function keepPendingKey(pending: PendingKey): Promise<void> {
  await put("session", "pending", pending);
  announce("changed");
}

/** The key that waits to be added. */
export const readPendingKey = async (): Promise<PendingKey | null> =>
  (await read<PendingKey>("session", "pending")) ?? null;

/** Removes the key that waits. */
export async function forgetPendingKey(): Promise<void> {
  await remove("session", "pending");
  announce("changed");
}
