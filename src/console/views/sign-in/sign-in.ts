import type { SigningKey } from "../../keys/signing-key.ts";

/** Asks the service for the account, and keeps the key in this browser when it answers. Throws the service's refusal. */
export type SignIn = (login: string, key: SigningKey) => Promise<void>;
