import type { AccountRow } from "../db/accounts.ts";

/** A stored account as CloudAPI answers it, unset fields absent. */
export function accountJson({ uuid, ...row }: AccountRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ id: uuid, ...row }).filter(([, value]) => value !== null));
}
