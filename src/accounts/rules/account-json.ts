import type { AccountRow } from "../get-account.sql.ts";

/** Renders a stored account as CloudAPI answers it, unset fields absent. docs/contract.md#account */
export function renderAccount({ uuid, ...row }: AccountRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ id: uuid, ...row }).filter(([, value]) => value !== null));
}
