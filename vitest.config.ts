import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { makeDocument } from "./scripts/openapi/document.ts";

// Before wrangler reads the file: it would hand the variables to the Worker as secrets.
process.loadEnvFile(".env");

/** `npm run test:long` runs the same proofs at full size. */
const scale = process.env["LONG"] ? "full" : "tenth";

/** The seed that a failed property printed, to repeat it. */
const seed = process.env["SEED"] ?? "";

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Not the service's own log: one line a request.
    onConsoleLog: (log) => !log.startsWith('{"requestId"'),
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                MIGRATIONS: await readD1Migrations("./migrations"),
                DOCUMENT: JSON.stringify(makeDocument()),
                SCALE: scale,
                SEED: seed,
              },
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/**/*.test.ts"],
          exclude: ["test/scripts/**", "test/clients/**", "test/browser/**", "test/console/**"],
          setupFiles: ["test/support/setup.ts"],
          // One workerd for all files: setup.ts empties the database before each.
          isolate: false,
          testTimeout: scale === "full" ? 900_000 : 60_000,
        },
      },
      {
        test: {
          name: "scripts",
          include: ["test/scripts/**/*.test.ts"],
          // Two `wrangler dev` that start at the same time sometimes choose the same port for a socket of their own.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "console",
          include: ["test/console/*.test.ts"],
          testTimeout: scale === "full" ? 900_000 : 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/*.test.ts"],
          fileParallelism: false,
          testTimeout: scale === "full" ? 900_000 : 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "clients",
          include: ["test/clients/*.test.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
