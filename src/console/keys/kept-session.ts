import { put, readAll, remove } from "../stored.ts";
import type { SigningKey } from "./signing-key.ts";

/** Who is signed in: an account's login, its key, and the account that an operator acts as. */
export type Session = { login: string; key: SigningKey; actAs: string | null };

/** Keeps the session in this browser; the key is kept as one that no script can read. */
export const keepSession = (session: Session): Promise<void> => put("session", "current", session);

/** The session that is kept. */
export async function readKeptSession(): Promise<Session | null> {
  const [session] = await readAll<Session>("session");
  return session ?? null;
}

/** Removes key and session from this browser. */
export const forgetSession = (): Promise<void> => remove("session", "current");
