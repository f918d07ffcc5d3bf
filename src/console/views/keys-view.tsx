import type { ViewProps } from "../view-props.ts";

/** A view that is being made. */
export function KeysView(_props: ViewProps) {
  return <h1>Keys</h1>;
}
