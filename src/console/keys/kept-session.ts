import { put, read, remove } from "../stored.ts";
import type { SigningKey } from "./signing-key.ts";

/**
 * Who is signed in: an account's login, its key, and the account that an operator acts as. `scope`: what the key may do, as the
 * service said when the person signed in. Absent for everything.
 */
export type Session = { login: string; key: SigningKey; actAs: string | null; scope?: string | undefined };

/** A key that was made in this browser, and the account that it is for. */
export type PendingKey = Pick<Session, "login" | "key">;

/** Keeps the session in this browser; the key is kept as one that no script can read. */
export const keepSession = (session: Session): Promise<void> => put("session", "current", session);

/** The session that is kept. */
export const readKeptSession = async (): Promise<Session | null> => (await read<Session>("session", "current")) ?? null;

/** Removes key and session from this browser. */
export const forgetSession = (): Promise<void> => remove("session", "current");

/** Keeps a key that was made here, until its line is added to the account. */
export const keepPendingKey = (pending: PendingKey): Promise<void> => put("session", "pending", pending);

/** The key that waits to be added. */
export const readPendingKey = async (): Promise<PendingKey | null> =>
  (await read<PendingKey>("session", "pending")) ?? null;

/** Removes the key that waits. */
export const forgetPendingKey = (): Promise<void> => remove("session", "pending");
