import { CloudApiError } from "../../src/errors.ts";

/** Runs what must throw a CloudApiError. @returns all that the error carries, with empty parts left out */
export function catchRefusal(act: () => unknown): Record<string, unknown> {
  try {
    act();
  } catch (error) {
    if (!(error instanceof CloudApiError)) throw error;
    const { code, message, errors, headers, reason, cause } = error;
    const parts = { code, message, errors, reason, cause, ...(Object.keys(headers).length > 0 && { headers }) };
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  }
  throw new Error("nothing was thrown");
}
