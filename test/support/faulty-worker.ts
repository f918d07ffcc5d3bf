import { app } from "../../src/app.ts";
import type { Bindings } from "../../src/context.ts";
import { wrapDatabase } from "./wrapped-database.ts";

let fault = "none";
let calls = 0;
let wrapped: D1Database | undefined;

/**
 * The service over a database that works, fails or hangs: `/--fault/NAME` chooses, and answers the round trips so far. Each
 * choice is another database to the service, which remembers a reading of its health for a second.
 */
export default {
  fetch(request: Request, env: Bindings): Response | Promise<Response> {
    const [, chosen] = /\/--fault\/(none|fails|hangs)$/.exec(request.url) ?? [];
    if (chosen) {
      fault = chosen;
      wrapped = undefined;
      return Response.json(calls);
    }
    wrapped ??= wrapDatabase(env.DB, (run) => {
      calls += 1;
      if (fault === "fails") return Promise.reject(new Error("D1_ERROR: the test broke it"));
      return fault === "hangs" ? new Promise(() => undefined) : run();
    }).db;
    return app.fetch(request, { ...env, DB: wrapped });
  },
};
