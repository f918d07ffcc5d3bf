import type { Handler } from "hono";
import type { AppEnv } from "../env.ts";
import { answerJson } from "./answer.ts";
import { versions } from "./api-version.ts";

/** Ping: that the service answers, and the versions it serves. Reads no Authorization. */
export const ping: Handler<AppEnv> = (c) => {
  c.set("operation", "Ping");
  return answerJson(c, { ping: "pong", cloudapi: { versions } });
};
