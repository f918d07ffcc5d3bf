import type { Context, MiddlewareHandler } from "hono";
import { every } from "hono/combine";
import type { H } from "hono/types";
import type { AppEnv } from "../env.ts";
import { CloudApiError, shown } from "../errors.ts";
import { queryValues, requestParameters } from "./parameters.ts";

/** A middleware or handler of a chain; each brings its own path and input. */
type Step = H<AppEnv, "/:login/images/:id", never>;

/**
 * Runs the chain that the request's action names, one row an action.
 *
 * The query's action, even an empty one, goes before the body's (sdc-cloudapi takes either; the 2026 Go client sends
 * it in the body). CONTRACT §1.
 *
 * @throws {CloudApiError} MissingParameter when there is none; InvalidArgument when no chain has its name
 */
export function byAction(chains: Readonly<Record<string, readonly Step[]>>): MiddlewareHandler<AppEnv> {
  const runners = new Map(Object.entries(chains).map(([action, chain]) => [action, every(...chain)]));
  return async (c, next) => {
    const action = await requestedAction(c);
    if (action === "") throw new CloudApiError("MissingParameter", "action is a required argument");
    const run = typeof action === "string" ? runners.get(action) : undefined;
    if (!run) throw new CloudApiError("InvalidArgument", `action ${shown(named(action))} is not a valid argument`);
    return run(c, next);
  };
}

/** The action as sent; "" when it is missing, empty or null. */
async function requestedAction(c: Context<AppEnv>): Promise<unknown> {
  const inQuery = queryValues(c)["action"];
  const action = inQuery === undefined ? (await requestParameters(c))["action"] : inQuery;
  return action ?? "";
}

const named = (action: unknown): unknown =>
  Array.isArray(action) && action.every((part) => typeof part === "string") ? action.join(",") : action;
