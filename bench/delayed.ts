import { app } from "../src/app.ts";
import type { Bindings } from "../src/context.ts";
import { wrapDatabase } from "../test/support/wrapped-database.ts";

/** As far as a primary on the other side of an ocean. */
const delayMs = 80;

let delayed: D1Database | undefined;

/** The service, with 80 ms before every round trip to D1. */
export default {
  fetch(request: Request, env: Bindings): Response | Promise<Response> {
    delayed ??= wrapDatabase(env.DB, async (run) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      return await run();
    }).db;
    return app.fetch(request, { ...env, DB: delayed });
  },
};
