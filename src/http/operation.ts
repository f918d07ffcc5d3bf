import type { Context, MiddlewareHandler } from "hono";
import { every } from "hono/combine";
import type { H } from "hono/types";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import type { Operation } from "../operations.ts";
import type { RequestParameters } from "../syntax/form.ts";
import { readParameters, readQueryLeniently } from "./parameters.ts";

/** Names the operation that a chain runs, for the log line. */
export const named =
  (operation: Operation): MiddlewareHandler<AppEnv> =>
  (c, next) => {
    c.set("operation", operation);
    return next();
  };

type ReadParameters = (c: Context<AppEnv>) => Promise<RequestParameters>;

/** A middleware or handler of a chain. */
type Step = H<AppEnv, "/:login/images/:id", never>;

/**
 * Runs the chain that the request's action names.
 *
 * The query's action, even an empty one, wins over the body's. sdc-cloudapi takes either; the 2026 Go client sends it in
 * the body. docs/contract.md#actions
 *
 * @param read how the operations read their parameters
 * @throws {CloudApiError} MissingParameter when there is none; InvalidArgument when no chain has its name
 */
export function byAction(
  chains: Readonly<Record<string, readonly Step[]>>,
  read: ReadParameters = readParameters,
): MiddlewareHandler<AppEnv> {
  const runners = new Map(Object.entries(chains).map(([action, chain]) => [action, every(...chain)]));
  return async (c, next) => {
    const action = await readAction(c, read);
    if (action === "") throw new CloudApiError("MissingParameter", "action is a required argument");
    const run = typeof action === "string" ? runners.get(action) : undefined;
    if (!run)
      throw new CloudApiError("InvalidArgument", `action ${show(joinRepeated(action))} is not a valid argument`);
    return run(c, next);
  };
}

/** Reads the action as sent. "" if it is missing, empty or null. */
async function readAction(c: Context<AppEnv>, read: ReadParameters): Promise<unknown> {
  const inQuery = readQueryLeniently(c)["action"];
  const action = inQuery === undefined ? (await read(c))["action"] : inQuery;
  return action ?? "";
}

const joinRepeated = (action: unknown): unknown =>
  Array.isArray(action) && action.every((part) => typeof part === "string") ? action.join(",") : action;
