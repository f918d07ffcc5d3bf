import { makeInvalidCredentials } from "./refusals.ts";

/** Checks that the caller's authority held when the statement ran. @throws {CloudApiError} InvalidCredentials */
export function assertAuthority({ hasAuthority }: { hasAuthority: boolean }): void {
  if (!hasAuthority) throw makeInvalidCredentials("authority gone");
}
