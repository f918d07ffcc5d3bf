import type { Client } from "../api/client.ts";
import type { Session } from "../keys/kept-session.ts";

type Props = { client: Client; onChange: (session: Session | null) => Promise<void> };

/** Who is signed in, as whom an operator acts, and how to forget the key. */
export function AccountMenu({ client, onChange }: Props) {
  return (
    <button type="button" onClick={() => onChange(null)}>
      Forget the key of {client.session.login}
    </button>
  );
}
