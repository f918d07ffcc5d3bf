import { app } from "../../src/app.ts";
import type { Bindings } from "../../src/context.ts";
import { loseAcknowledgements } from "./lost-acknowledgements.ts";

let db: D1Database | undefined;

/** The service over a database of which each 17th acknowledgement is lost after the commit. */
export default {
  fetch(request: Request, env: Bindings): Response | Promise<Response> {
    db ??= loseAcknowledgements(env.DB, { when: "after the commit", isLost: (call) => call % 17 === 0 }).db;
    return app.fetch(request, { ...env, DB: db });
  },
};
