import type { ComponentChildren } from "preact";

type Props = {
  id: string;
  label: string;
  /** What to know before typing. */
  hint?: string | undefined;
  /** Why the value is refused. */
  mistake?: string | undefined;
  /** The input, which has `id` and the attributes of {@link describeInput}. */
  children: ComponentChildren;
};

/** A label, an input, and what is wrong with it, at the input. */
export function Field({ id, label, hint, mistake, children }: Props) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {mistake && (
        <p class="mistake" id={`${id}-mistake`}>
          {mistake}
        </p>
      )}
    </div>
  );
}

/** The attributes that tie an input to its hint and mistake. */
export const describeInput = ({ id, hint, mistake }: Pick<Props, "id" | "hint" | "mistake">) => ({
  id,
  "aria-invalid": mistake ? ("true" as const) : undefined,
  "aria-describedby":
    [hint && `${id}-hint`, mistake && `${id}-mistake`].filter((part) => part !== undefined && part !== "").join(" ") ||
    undefined,
});
