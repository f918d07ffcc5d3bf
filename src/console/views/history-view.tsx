import type { ViewProps } from "../view-props.ts";

/** A view that is being made. */
export function HistoryView(_props: ViewProps & { id: string }) {
  return <h1>History</h1>;
}
