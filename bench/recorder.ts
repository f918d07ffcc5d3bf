import { app } from "../src/app.ts";
import type { Bindings } from "../src/context.ts";
import { type RecordedBatch, recordDatabase } from "./recorded-database.ts";

let batches: RecordedBatch[] = [];
let wrapped: D1Database | undefined;

/** The service; answers the batches that it sent to D1 for the request. One request at a time. */
export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    wrapped ??= recordDatabase(env.DB, (batch) => batches.push(batch));
    batches = [];
    const answer = await app.fetch(request, { ...env, DB: wrapped });
    return Response.json({ status: answer.status, batches });
  },
};
