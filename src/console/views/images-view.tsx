import type { ViewProps } from "../view-props.ts";

/** A view that is being made. */
export function ImagesView(_props: ViewProps) {
  return <h1>Images</h1>;
}
