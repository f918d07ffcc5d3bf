import { createFactory } from "hono/factory";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";

/** ListDatacenters: this one, under its configured name; `triton datacenters` and `triton image copy` read it. */
export const listDatacenters = createFactory<AppEnv, "/:login/datacenters">().createHandlers(
  named("ListDatacenters"),
  (c) => answerJson(c, { [readConfiguration(c.env).datacenterName]: new URL(c.req.raw.url).origin }),
);
