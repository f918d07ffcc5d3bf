import { useState } from "preact/hooks";
import { loadPart } from "../../load-part.ts";
import { listNames } from "../../names.ts";
import { useLoaded } from "../../ui/use-loaded.ts";

type Props = { id: string; tell: (text: string) => void };

/** Names an account: the dialog of all names, with a line for this one begun. */
export function NameAccount({ id, tell }: Props) {
  const [isOpen, setOpen] = useState(false);
  const name = listNames().get(id);
  return (
    <>
      <button
        type="button"
        class="plain"
        aria-label={name === undefined ? `Name ${id}` : `Rename ${name}`}
        onClick={() => setOpen(true)}
      >
        {name === undefined ? "Name…" : "Rename…"}
      </button>
      {isOpen && <DialogLater tell={tell} begun={`${id} ${name ?? ""}`} onClose={() => setOpen(false)} />}
    </>
  );
}

type LaterProps = { tell: (text: string) => void; begun: string; onClose: () => void };

function DialogLater(props: LaterProps) {
  const { value, refusal } = useLoaded("names dialog", () => loadPart(() => import("./names-dialog.tsx")));
  if (value) return <value.NamesDialog {...props} />;
  return refusal && <span role="alert">{refusal.message}</span>;
}
