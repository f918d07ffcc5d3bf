import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { clear } from "./fixtures.ts";

declare global {
  namespace Cloudflare {
    interface GlobalProps {
      mainModule: typeof import("../../src/index.ts");
    }
    interface Env {
      DB: D1Database;
      /** What `test/support/replicated-database` makes a replica of DB. */
      REPLICA: D1Database;
      MIGRATIONS: D1Migration[];
      /** The text that is served at `/--docs/openapi.json`. */
      DOCUMENT: string;
      /** `full` under `npm run test:long`, else `small`. */
      SCALE: "full" | "small";
      /** The seed of every property; empty for the default of `property-options`. */
      SEED: string;
    }
  }
}

await applyD1Migrations(env.DB, env.MIGRATIONS);
await clear(env.DB);
