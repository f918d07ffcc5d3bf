import { afterAll } from "vitest";
import { StartedService } from "./started.ts";

/** What a failed test left running would hold the port and the folder that the next file needs. */
afterAll(() => StartedService.endAll());
