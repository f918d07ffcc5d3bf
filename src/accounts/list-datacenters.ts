import { createFactory } from "hono/factory";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { CloudApiError, show } from "../errors.ts";
import { answerJson } from "../http/answer.ts";
import { named } from "../http/named-operation.ts";

/** ListDatacenters: this one, under its configured name; `triton datacenters` and `triton image copy` read it. */
export const listDatacenters = createFactory<AppEnv, "/:login/datacenters">().createHandlers(
  named("ListDatacenters"),
  (c) => answerJson(c, { [readConfiguration(c.env).datacenterName]: readOrigin(c.req.raw.url, c.req.header("Host")) }),
);

/** Scheme and host of a URL. @throws {CloudApiError} BadRequest: the Host that it was made of is no host name */
function readOrigin(url: string, host: string | undefined): string {
  if (URL.canParse(url)) return new URL(url).origin;
  throw new CloudApiError("BadRequest", `Host ${show(host)} is no host name`);
}
