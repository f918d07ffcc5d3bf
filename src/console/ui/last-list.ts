import type { Route } from "../route.ts";

type ListRoute = Extract<Route, { view: "images" }>;

const last: { route: ListRoute } = { route: { view: "images" } };

/** The list was opened so. */
export function noteList(route: ListRoute): void {
  last.route = route;
}

/** The list as the person left it: links of other views lead back to it. */
export const listRoute = (): ListRoute => last.route;
