import { useRef, useState } from "preact/hooks";
import { loadPart } from "../../load-part.ts";
import { later } from "../../ui/later.tsx";
import type { TagPanelProps } from "./tag-panels.tsx";

const panels = {
  Columns: later<TagPanelProps>(
    "the columns",
    async () => (await loadPart(() => import("./tag-panels.tsx"))).ColumnsPanel,
  ),
  "Filter by a tag": later<TagPanelProps>(
    "the filter",
    async () => (await loadPart(() => import("./tag-panels.tsx"))).TagFilterPanel,
  ),
};

type Name = keyof typeof panels;

/** Columns and filters of tags: a button each, which shows its panel. Escape closes it. */
export function TagTools(props: Omit<TagPanelProps, "onClose">) {
  const [open, setOpen] = useState<Name | null>(null);
  const tools = useRef<HTMLDivElement>(null);
  const Panel = open && panels[open];
  const close = () => {
    tools.current?.querySelector<HTMLElement>("[aria-expanded=true]")?.focus();
    setOpen(null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what is open in it.
    <div
      class="tag-tools"
      ref={tools}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.preventDefault();
        close();
      }}
    >
      {(["Columns", "Filter by a tag"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-expanded={open === name}
          onClick={() => setOpen((before) => (before === name ? null : name))}
        >
          {name}
        </button>
      ))}
      {Panel && <Panel {...props} onClose={close} />}
    </div>
  );
}
