import { useLayoutEffect, useRef } from "preact/hooks";
import { dropKeyNames } from "../ui/key-name.tsx";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useAttempt } from "../ui/use-attempt.ts";
import { useLoaded } from "../ui/use-loaded.ts";
import type { SessionChanges } from "../ui/use-session.ts";
import type { ViewProps } from "../view-props.ts";
import { AddKeyForm } from "./keys/add-key-form.tsx";
import { KeyTable } from "./keys/key-table.tsx";
import { ProgramKey } from "./keys/program-key.tsx";
import { ReplaceKey } from "./keys/replace-key.tsx";

type KeysProps = Pick<ViewProps, "client" | "tell"> & { session: SessionChanges };

const unanswered = "The keys below were read again. Look whether the change is among them before you repeat it.";

/** The keys of the account: which there are, which one signs here, add and delete. */
export function KeysView({ client, tell, session }: KeysProps) {
  const keys = useLoaded(`keys ${client.account}`, client.listKeys);
  const { attempt, refusal } = useAttempt();
  /** Does a change of the keys. The list is read again whatever came of it: without an answer, it tells. */
  const change = async (make: () => Promise<string>): Promise<boolean> => {
    const isDone = await attempt(async () => tell(await make()));
    keys.reload();
    dropKeyNames(client);
    return isDone;
  };
  const heading = useRef<HTMLHeadingElement>(null);
  const isRead = useRef(false);
  useLayoutEffect(() => {
    // The row that had the focus is gone.
    if (isRead.current && document.activeElement === document.body) heading.current?.focus();
    isRead.current ||= keys.value !== null;
  }, [keys.value]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Keys
      </h1>
      {refusal && <RefusalNotice refusal={refusal} {...(refusal.isUncertain && { advice: unanswered })} />}
      {keys.refusal && <RefusalNotice refusal={keys.refusal} onRetry={keys.reload} />}
      {keys.value ? (
        <KeyTable keys={keys.value} client={client} change={change} session={session} />
      ) : (
        keys.isLoading && <p>Loading…</p>
      )}
      <AddKeyForm client={client} change={change} />
      <ProgramKey client={client} change={change} tell={tell} />
      {client.session.actAs === null && client.session.scope === undefined && (
        <ReplaceKey client={client} change={change} session={session} />
      )}
    </>
  );
}
