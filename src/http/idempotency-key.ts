import { CloudApiError, show } from "../errors.ts";

/** Checks an Idempotency-Key; null when none was sent. @throws {CloudApiError} InvalidHeader unless it is 1 to 255 visible characters */
export function parseIdempotencyKey(sent: string | undefined): string | null {
  if (sent === undefined) return null;
  if (/^[\u0021-\u007e]{1,255}$/.test(sent)) return sent;
  throw new CloudApiError(
    "InvalidHeader",
    `Idempotency-Key is 1 to 255 visible ASCII characters; ${sent.length} were sent: ${show(sent)}`,
  );
}
