import { app } from "../src/app.ts";
import type { Bindings } from "../src/context.ts";

/** The round trip to a primary across an ocean. */
const delayMs = 80;

/** Delays every round trip: a batch, or one statement's `all`. */
function delayTrips<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get: (wrapped, property) => {
      const member: unknown = Reflect.get(wrapped, property);
      if (typeof member !== "function") return member;
      if (property === "prepare" || property === "bind")
        return (...args: unknown[]) => delayTrips(member.apply(wrapped, args));
      return async (...args: unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        return member.apply(wrapped, args);
      };
    },
  });
}

let delayed: D1Database | undefined;

/** The service, with 80 ms before every round trip to D1. */
export default {
  fetch(request: Request, env: Bindings): Response | Promise<Response> {
    delayed ??= delayTrips(env.DB);
    return app.fetch(request, { ...env, DB: delayed });
  },
};
