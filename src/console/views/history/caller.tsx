import type { Client } from "../../api/client.ts";
import type { AuditEntry } from "../../api/image.ts";

type Props = { caller: AuditEntry["caller"]; client: Client };

/** Who made a revision. */
export function Caller({ caller, client }: Props) {
  if (caller.type === "operator") return <>By the operator of the service</>;
  const { key, login } = client.session;
  const isHere = caller.keyId === `/${login}/keys/${key.fingerprint}`;
  return (
    <>
      By <bdi>{caller.keyId}</bdi>
      {isHere && " (the key that signs here)"}
    </>
  );
}
