import { CloudApiError, show } from "../errors.ts";

/** Why credentials were refused: for the log, never for the client. docs/authentication.md#a-checklist-for-a-401 */
export type CredentialReason =
  | "no signature"
  | "malformed keyId"
  | "sub-user"
  | "unknown login"
  | "unknown key"
  | "expired key"
  | "key and algorithm do not fit"
  | "wrong signature"
  | "authority gone";

/** One message for all credentials that do not verify, so that nobody can probe. docs/contract.md#credentials */
export const makeInvalidCredentials = (reason: CredentialReason): CloudApiError =>
  new CloudApiError(
    "InvalidCredentials",
    "Invalid Signature: the login, the key and the signature do not go together",
    { reason },
  );

export const makeNotSigned = (): CloudApiError =>
  new CloudApiError("InvalidCredentials", "You must make authenticated requests to use CloudAPI", {
    reason: "no signature" satisfies CredentialReason,
  });

/** Thrown only after the signature was verified. */
export const makeAccountDisabled = (): CloudApiError =>
  new CloudApiError("NotAuthorized", "Account or user is disabled");

/** The path names another account (ours: refused before the image is read). */
export const makeNotYourAccount = (login: string): CloudApiError =>
  new CloudApiError("NotAuthorized", `only an operator may act as another account; ${show(login)} is not yours`);

export const makeUnknownAccount = (login: string): CloudApiError =>
  new CloudApiError("ResourceNotFound", `${show(login)} does not exist`);

/** Checks that the caller's authority held when the statement ran. @throws {CloudApiError} InvalidCredentials */
export function assertAuthority({ hasAuthority }: { hasAuthority: boolean }): void {
  if (!hasAuthority) throw makeInvalidCredentials("authority gone");
}
