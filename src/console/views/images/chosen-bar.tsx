import { useState } from "preact/hooks";
import type { Image } from "../../api/image.ts";
import { loadPart } from "../../load-part.ts";
import type { ImageStore } from "../../store/image-store.ts";
import { useFocusCaught } from "../../ui/focus.ts";
import { later } from "../../ui/later.tsx";
import type { BulkDialogProps } from "./bulk-dialog.tsx";
import type { Chosen } from "./use-chosen.ts";

const BulkDialog = later<BulkDialogProps>(
  "the dialog",
  async () => (await loadPart(() => import("./bulk-dialog.tsx"))).BulkDialog,
);

type Props = {
  store: ImageStore;
  chosen: Chosen;
  owned: readonly Image[];
  matching: readonly Image[];
  tell: (text: string) => void;
};

/** What can be done with the images that are selected. */
export const ChosenBar = (props: Props) => (props.chosen.ids.size === 0 ? null : <Bar {...props} />);

function Bar({ store, chosen: { ids, clear }, owned, matching, tell }: Props) {
  const [isOpen, setOpen] = useState(false);
  const bar = useFocusCaught<HTMLDivElement>();
  const clearAll = () => {
    clear();
    // The button that was pressed goes. The row is not drawn where it is scrolled away, or nothing matches.
    document.querySelector<HTMLElement>(".images .current a")?.focus();
  };
  const hidden = ids.size - matching.filter(({ id }) => ids.has(id)).length;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape does what Clear does.
    <div class="bar" ref={bar} onKeyDown={({ key }) => key === "Escape" && !isOpen && clearAll()}>
      <span role="status">
        {ids.size} selected{hidden > 0 && `, ${hidden} of them not shown`}
      </span>{" "}
      <button type="button" onClick={() => setOpen(true)}>
        Change tags or sharing…
      </button>{" "}
      <button type="button" class="plain" onClick={clearAll}>
        Clear
      </button>
      {isOpen && (
        <BulkDialog
          images={owned.filter(({ id }) => ids.has(id))}
          onClose={() => setOpen(false)}
          {...{ store, tell }}
        />
      )}
    </div>
  );
}
