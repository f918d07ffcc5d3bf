import { CloudApiError, show } from "../errors.ts";

/** How far a signed date may be from the clock, either way, inclusive. docs/contract.md#authentication */
const maxSkewSeconds = 300;

/**
 * Checks that a signed date is in time. Compared in whole seconds.
 *
 * @param name `date` or `x-date`
 * @param value as sent: an HTTP date; one that ends in `UTC` is sent by triton-go
 * @param now ms since the epoch
 * @throws {CloudApiError} InvalidHeader when it does not parse or is too far off
 */
export function assertInTime(name: string, value: string, now: number): void {
  const sent = Date.parse(value);
  if (Number.isNaN(sent)) throw new CloudApiError("InvalidHeader", `${name}: ${show(value)} is no HTTP date`);
  const skewSeconds = Math.abs(Math.floor(now / 1000) - Math.floor(sent / 1000));
  if (skewSeconds > maxSkewSeconds) {
    const clock = new Date(now).toUTCString();
    throw new CloudApiError(
      "InvalidHeader",
      `${name}: ${show(value)} is ${skewSeconds} s from this service's clock, ${clock}; the limit is ${maxSkewSeconds} s`,
    );
  }
}
