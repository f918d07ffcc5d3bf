import { CloudApiError, shown } from "../errors.ts";

/** One message for every credential that is not genuine: nothing can be probed (CONTRACT §4). */
export const invalidCredentials = (): CloudApiError =>
  new CloudApiError("InvalidCredentials", "Invalid Signature: the login, the key and the signature do not go together");

/** Told only after a good signature. */
export const accountDisabled = (): CloudApiError => new CloudApiError("NotAuthorized", "Account or user is disabled");

/** The path names an account that is there, and is another's (ours: before the image is looked at). */
export const notYourAccount = (login: string): CloudApiError =>
  new CloudApiError("NotAuthorized", `only an operator may act as another account; ${shown(login)} is not yours`);

/** The path names no account. */
export const unknownAccount = (login: string): CloudApiError =>
  new CloudApiError("ResourceNotFound", `${shown(login)} does not exist`);
