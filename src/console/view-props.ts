import type { Client } from "./api/client.ts";
import type { Route } from "./route.ts";

/** What every view of a signed-in person gets. */
export type ViewProps = {
  client: Client;
  /** Opens another view. */
  go: (route: Route) => void;
  /** Says what happened, for a moment, and to screen readers. */
  tell: (text: string) => void;
  /** Goes up when a change that was left unanswered is settled: what is shown may have changed. */
  settled: number;
  /** Whether leaving the view would lose what was typed: the person is asked first. */
  setUnsaved: (isUnsaved: boolean) => void;
};
