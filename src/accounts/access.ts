import { invalidCredentials } from "../auth/refusal.ts";
import type { KeyOutcome } from "../db/keys.ts";
import { CloudApiError, shown } from "../errors.ts";

/** What was asked for, by its name in the path. @throws {CloudApiError} ResourceNotFound when it is not there */
export function found<Found>(row: Found | null | undefined, asked: string): Found {
  if (row === null || row === undefined) throw new CloudApiError("ResourceNotFound", `${shown(asked)} does not exist`);
  return row;
}

/** What a read found. @throws {CloudApiError} InvalidCredentials when key or account went away since they were read */
export function authorized<Outcome extends { hasAuthority: boolean }>(outcome: Outcome): Outcome {
  if (!outcome.hasAuthority) throw invalidCredentials();
  return outcome;
}

/**
 * Passes when the key was registered.
 *
 * @throws {CloudApiError} InvalidCredentials when the caller's own key or account went away since they were read;
 * InvalidArgument when the account has the name, or the key, already
 */
export function checkCreated(outcome: KeyOutcome, name: string): void {
  const { isWritten, holder } = authorized(outcome);
  if (isWritten) return;
  throw new CloudApiError(
    "InvalidArgument",
    holder === name ? `a key named ${shown(name)} exists already` : `the key exists already, named ${shown(holder)}`,
  );
}

/** Passes when the key was deleted. @throws {CloudApiError} InvalidCredentials, ResourceNotFound */
export function checkRemovedKey(outcome: { hasAuthority: boolean; holder: string | null }, asked: string): void {
  found(authorized(outcome).holder, asked);
}
