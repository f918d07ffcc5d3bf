import type { Client } from "../../api/client.ts";
import type { AuditEntry } from "../../api/image.ts";
import { formatKeyId } from "../../keys/sign.ts";
import { KeyName } from "../../ui/key-name.tsx";

type Props = { caller: AuditEntry["caller"]; client: Client };

/** Who made a revision. */
export function Caller({ caller, client }: Props) {
  if (caller.type === "operator") return <>By the operator of the service</>;
  const isHere = caller.keyId === formatKeyId(client.session);
  return (
    <>
      By <KeyName keyId={caller.keyId} client={client} />
      {isHere && ", the key that signs here"}
    </>
  );
}
