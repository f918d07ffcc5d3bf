import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import type { Parameters } from "../syntax/form.ts";
import { showValue } from "../text.ts";

const values = new Map<unknown, boolean>([
  [undefined, false],
  ["false", false],
  [false, false],
  ["true", true],
  [true, true],
]);

/**
 * Notes whether the request is only to be rehearsed: `dry-run=true`. docs/contract.md#dry-run
 *
 * @param read the parameters that the operation reads
 * @throws {CloudApiError} InvalidArgument: another value may have been meant as either
 */
export const readDryRun =
  (read: (c: Context<AppEnv>) => Parameters | Promise<Parameters>): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const sent = (await read(c))["dry-run"];
    const isDryRun = values.get(sent);
    if (isDryRun === undefined) {
      throw new CloudApiError("InvalidArgument", `dry-run is true or false; ${showValue(sent)} was sent`);
    }
    c.set("isDryRun", isDryRun);
    await next();
  };
