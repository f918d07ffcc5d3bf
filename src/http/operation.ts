import type { Context, MiddlewareHandler } from "hono";
import { every } from "hono/combine";
import type { CreateHandlersInterface } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { H } from "hono/types";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import type { Operation } from "../operations.ts";
import type { RequestParameters } from "../syntax/form.ts";
import { readParameters, readQueryLeniently } from "./parameters.ts";

const collect = (...handlers: unknown[]): unknown[] => handlers;

/** Types the handlers of a path: `handlersOf<"/:login">()(first, second)`. Hono's `createFactory` adds 0.1 KiB to the Worker. */
export const handlersOf = <Path extends string>(): CreateHandlersInterface<AppEnv, Path> =>
  collect as CreateHandlersInterface<AppEnv, Path>;

type FindOperation = (c: Context<AppEnv>) => Operation | undefined | Promise<Operation | undefined>;

/** The operation that a handler begins, by the handler. */
const finders = new WeakMap<object, FindOperation>();

/** Names the operation that a chain runs, for the log line and for `findOperation`. */
export function named(operation: Operation): MiddlewareHandler<AppEnv> {
  const handler: MiddlewareHandler<AppEnv> = (c, next) => {
    c.set("operation", operation);
    return next();
  };
  finders.set(handler, () => operation);
  return handler;
}

/** Finds the operation of a request before it runs. Undefined if a malformed request, which is refused later, names none. */
export async function findOperation(c: Context<AppEnv>): Promise<Operation | undefined> {
  const find = matchedRoutes(c).flatMap(({ handler }) => finders.get(handler) ?? [])[0];
  return await find?.(c);
}

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
  const handler: MiddlewareHandler<AppEnv> = async (c, next) => {
    const action = await readAction(c, read);
    if (action === "") throw new CloudApiError("MissingParameter", "action is a required argument");
    const run = typeof action === "string" ? runners.get(action) : undefined;
    if (!run)
      throw new CloudApiError("InvalidArgument", `action ${show(joinRepeated(action))} is not a valid argument`);
    return run(c, next);
  };
  finders.set(handler, async (c) => {
    // A mistake in the body is refused when the action is read again.
    const action = await readAction(c, read).catch(() => undefined);
    const first = typeof action === "string" && Object.hasOwn(chains, action) ? chains[action]?.[0] : undefined;
    return first && (await finders.get(first)?.(c));
  });
  return handler;
}

/** Reads the action as sent. "" if it is missing, empty or null. */
async function readAction(c: Context<AppEnv>, read: ReadParameters): Promise<unknown> {
  const inQuery = readQueryLeniently(c)["action"];
  const action = inQuery === undefined ? (await read(c))["action"] : inQuery;
  return action ?? "";
}

const joinRepeated = (action: unknown): unknown =>
  Array.isArray(action) && action.every((part) => typeof part === "string") ? action.join(",") : action;
