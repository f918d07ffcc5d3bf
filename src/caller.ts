/** Who sent a request, and what the request named them by. */
export type Caller = CallerNames & {
  /** UUID of the account acted as. */
  account: string;
  /** UUID of the account that signed. */
  signer: string;
  /** SHA256 fingerprint of the key that signed. */
  fingerprintSha256: string;
};

/** What the keyId and the path name the caller by. */
export type CallerNames = {
  /** The keyId's login, or account UUID. */
  keyIdLogin: string;
  /** The keyId's key: its name or a fingerprint. */
  keyIdKey: string;
  /** The path's login, or account UUID; the keyId's for `my`. */
  pathLogin: string;
};
