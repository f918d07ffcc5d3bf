import type { Client } from "../api/client.ts";

type Props = { client: Client; tell: (text: string) => void };

/** Changes that were sent and never answered: the person sends them again, under their own key, or gives them up. */
export function UnansweredIntents(_props: Props) {
  return null;
}
