import type { Bindings } from "../src/context.ts";

/** `src/app.ts` of this checkout or of another. */
type Service = { fetch(request: Request, env: Bindings): Response | Promise<Response> };

/** Where D1 answers: on a replica if the service asked by a session, else on the primary. */
type Place = "near" | "far";

/** Runs before each round trip. */
type Travel = (place: Place) => Promise<unknown>;

/** Makes every round trip travel first: a batch, or one statement's `all`. */
function delayTrips<Target extends object>(target: Target, travel: Travel, place: Place = "far"): Target {
  return new Proxy(target, {
    get: (wrapped, property) => {
      const member: unknown = Reflect.get(wrapped, property);
      if (typeof member !== "function") return member;
      if (property === "withSession")
        return (...args: unknown[]) => delayTrips(member.apply(wrapped, args), travel, "near");
      if (property === "prepare" || property === "bind")
        return (...args: unknown[]) => delayTrips(member.apply(wrapped, args), travel, place);
      return async (...args: unknown[]) => {
        await travel(place);
        return member.apply(wrapped, args);
      };
    },
  });
}

/**
 * Serves a service that waits before every round trip to D1: so many ms to a replica, so many to the primary, as the request's
 * header `Bench-Delays: NEAR,FAR` says. By default the primary is across an ocean. With `Bench-Cold` no caller is remembered.
 *
 * The answer's `Bench-Trips: NEAR + FAR` counts the round trips, if requests come one at a time.
 */
export function delay(service: Service): Service {
  // One binding for each distance: the service remembers callers and statements by binding.
  const databases = new Map<string, D1Database>();
  let trips = { near: 0, far: 0 };
  return {
    async fetch(request, env) {
      const delays = request.headers.get("Bench-Delays") ?? "20,80";
      const [near = 0, far = 0] = delays.split(",").map(Number);
      const travel: Travel = (place) => {
        trips[place] += 1;
        return new Promise((resolve) => setTimeout(resolve, { near, far }[place]));
      };
      const db = databases.get(delays) ?? delayTrips(env.DB, travel);
      databases.set(delays, db);
      trips = { near: 0, far: 0 };
      const cold = request.headers.has("Bench-Cold") && { CREDENTIAL_CACHE_SIZE: "0" };
      const answer = await service.fetch(request, { ...env, DB: db, ...cold });
      answer.headers.set("Bench-Trips", `${trips.near} + ${trips.far}`);
      return answer;
    },
  };
}
