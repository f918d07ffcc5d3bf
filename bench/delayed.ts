import { app } from "../src/app.ts";
import type { Bindings } from "../src/env.ts";

/** As far as a primary on the other side of an ocean. */
const delayMs = 80;

let wrapped: D1Database | undefined;

/** The service, with 80 ms before every trip to D1. */
export default {
  fetch(request: Request, env: Bindings): Response | Promise<Response> {
    wrapped ??= new Proxy(env.DB, {
      get: (db, property) =>
        property === "batch"
          ? async (statements: D1PreparedStatement[]) => {
              await new Promise((resolve) => setTimeout(resolve, delayMs));
              return await db.batch(statements);
            }
          : db.prepare.bind(db),
    });
    return app.fetch(request, { ...env, DB: wrapped });
  },
};
