import { useEffect, useRef, useState } from "preact/hooks";
import { loadPart } from "../load-part.ts";
import { setSelf } from "../names.ts";
import { RefusalNotice } from "../ui/refusal-notice.tsx";
import { useLoaded } from "../ui/use-loaded.ts";
import type { AccountDialog, AccountProps } from "./account/account-props.ts";

const menuId = "account-menu";

/** Who is signed in, and as whom an operator acts: a button, whose menu is loaded after the page. */
export function AccountMenu(props: AccountProps) {
  const { client } = props;
  const { login, actAs } = client.session;
  const parts = useLoaded("account menu", () => loadPart(() => import("./account/account-parts.tsx")));
  const [isOpen, setOpen] = useState(false);
  const [dialog, setDialog] = useState<AccountDialog | null>(null);
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let isCurrent = true;
    client.getAccountId().then(
      // What an operator typed: the service names no account here.
      (id) => isCurrent && setSelf({ id, label: actAs ?? "you" }),
      // The views tell why an account cannot be read.
      () => undefined,
    );
    return () => {
      isCurrent = false;
      setSelf(null);
    };
  }, [client]);
  const open = (next: AccountDialog | null) => {
    menu.current?.hidePopover();
    setDialog(next);
  };
  return (
    <div class="account">
      <button
        type="button"
        popovertarget={menuId}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        title={actAs === null ? login : `${login} acts as ${actAs}`}
      >
        <bdi>{login}</bdi>
        {actAs !== null && (
          <span class="chip warn">
            acts as <bdi>{actAs}</bdi>
          </span>
        )}
        <span aria-hidden="true">▾</span>
      </button>
      <div
        id={menuId}
        ref={menu}
        popover="auto"
        role="dialog"
        aria-label="Account"
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen &&
          (parts.value ? (
            <parts.value.AccountPanel {...props} onOpen={open} />
          ) : parts.refusal ? (
            <RefusalNotice refusal={parts.refusal} onRetry={parts.reload} />
          ) : (
            <p>Loading…</p>
          ))}
      </div>
      {dialog !== null && parts.value && (
        <parts.value.AccountDialogs {...props} dialog={dialog} onClose={() => setDialog(null)} />
      )}
    </div>
  );
}
