import { eq, or, type Placeholder, type SQL } from "drizzle-orm";
import { keys } from "./schema.ts";

/** Whether a path or keyId names the key: by its name or by either fingerprint, which are unique within an account. */
export const isNamed = (key: Placeholder): SQL | undefined =>
  or(eq(keys.fingerprint, key), eq(keys.fingerprintSha256, key), eq(keys.name, key));
