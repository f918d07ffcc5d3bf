import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { makeDocument } from "./scripts/openapi/document.ts";

// Before wrangler reads the file: it would hand the variables to the Worker as secrets.
process.loadEnvFile(".env");

/**
 * No test waits for time to pass, and none fails because the machine is slow: a test ends by its own events. The limits end
 * one whose event never comes.
 */
const limits = { testTimeout: 1_800_000, hookTimeout: 1_800_000, teardownTimeout: 120_000 };

/** A test that asserts nothing fails. In a browser, to wait for what a person sees is to assert it. */
const rules = { ...limits, expect: { requireAssertions: true } };

/** `npm run test:long` runs the same proofs at full size. */
const scale = process.env["LONG"] ? "full" : "small";

/** The seed that a failed property printed, to repeat it. */
const seed = process.env["SEED"] ?? "";

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "test/support/slowest-files.ts"],
    // Not the service's own log: one line a request.
    onConsoleLog: (log) => !/^\{"(?:time|requestId)"/.test(log),
    projects: [
      {
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              d1Databases: { REPLICA: "replica" },
              bindings: {
                MIGRATIONS: await readD1Migrations("./migrations"),
                DOCUMENT: JSON.stringify(makeDocument()),
                SCALE: scale,
                SEED: seed,
                // No replica is too slow for a test, however busy the machine is.
                NEAR_WAIT_MS: "600000",
              },
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/**/*.test.ts"],
          exclude: ["test/scripts/**", "test/dev/**", "test/clients/**", "test/browser/**", "test/console/**"],
          setupFiles: ["test/support/setup.ts"],
          // One workerd for all files: setup.ts empties the database before each.
          isolate: false,
          ...rules,
        },
      },
      {
        test: {
          name: "scripts",
          include: ["test/scripts/**/*.test.ts"],
          setupFiles: ["test/support/end-started.ts"],
          ...rules,
        },
      },
      {
        test: {
          name: "dev",
          include: ["test/dev/**/*.test.ts"],
          globalSetup: ["test/support/shared-services.ts"],
          setupFiles: ["test/support/end-started.ts"],
          // Two `wrangler dev` that start at the same time sometimes choose the same port for a socket of their own.
          fileParallelism: false,
          ...rules,
        },
      },
      {
        test: {
          name: "console",
          include: ["test/console/*.test.ts"],
          setupFiles: ["test/support/end-started.ts"],
          ...rules,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/*.test.ts"],
          setupFiles: ["test/support/end-started.ts"],
          fileParallelism: false,
          ...limits,
          // A test here takes seconds: one that waits for what a page never shows ends soon enough to be read.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "clients",
          include: ["test/clients/*.test.ts"],
          setupFiles: ["test/support/end-started.ts"],
          fileParallelism: false,
          ...limits,
        },
      },
    ],
  },
});
