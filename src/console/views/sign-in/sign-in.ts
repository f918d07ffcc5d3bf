import type { SigningKey } from "../../keys/signing-key.ts";

/**
 * Asks the service for the account, and keeps the key in this browser when it answers. Throws the service's refusal.
 *
 * @param options.isPending whether it is the key that waits to be added: it is not kept if it no longer waits
 */
export type SignIn = (login: string, key: SigningKey, options?: { isPending: boolean }) => Promise<void>;
