import type { ViewProps } from "../view-props.ts";

/** A view that is being made. */
export function ImageView(_props: ViewProps & { id: string }) {
  return <h1>Image</h1>;
}
