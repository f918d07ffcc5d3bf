import type { KeyLimits } from "./scope.ts";

/** Who sent a request, the names in it, and the limits of the key that signed. */
export type Caller = CallerNames &
  KeyLimits & {
    /** UUID of the account acted as. */
    account: string;
    /** UUID of the account that signed. */
    signer: string;
    /** SHA256 fingerprint of the key that signed. */
    fingerprintSha256: string;
  };

/** The names in keyId and path. */
export type CallerNames = {
  /** The keyId's login, or account UUID. */
  keyIdLogin: string;
  /** The keyId's key: its name or a fingerprint. */
  keyIdKey: string;
  /** The path's login, or account UUID. For `my`, the keyId's. */
  pathLogin: string;
};
