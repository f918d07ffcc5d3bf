import type { Handler } from "hono";
import type { AppEnv } from "../context.ts";
import { versions } from "../releases.ts";
import { answerJson } from "./answer.ts";

/** Ping: the service answers, and which versions it serves. Reads no Authorization, and does no I/O. */
export const ping: Handler<AppEnv> = (c) => {
  c.set("operation", "Ping");
  return answerJson(c, { ping: "pong", cloudapi: { versions } });
};
