import type { Client } from "../../api/client.ts";
import type { SessionChanges } from "../../ui/use-session.ts";

/** What every part of the account's menu gets. */
export type AccountProps = { client: Client; session: SessionChanges; tell: (text: string) => void };

/** What the menu opens in a dialog. */
export type AccountDialog = "act-as" | "names" | "forget";
