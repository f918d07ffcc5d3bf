import { zValidator } from "@hono/zod-validator";
import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod/mini";
import { type Configuration, readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, type FieldError } from "../errors.ts";
import { readMediaType } from "../syntax/body-parameters.ts";
import type { RequestParameters } from "../syntax/form.ts";
import { noteIgnored, readParameters } from "./parameters.ts";

type Validated<Schema extends z.core.$ZodType> = {
  in: { json: z.core.input<Schema> };
  out: { json: z.core.output<Schema> };
};

/**
 * Validates the request's parameters, as `read` returns them. The handler finds the result with `c.req.valid("json")`.
 *
 * @param subject what is validated, for the message: `invalid image data: name, version`
 * @param findSchema finds the schema for a configuration's bounds
 * @throws {CloudApiError} ValidationFailed with at most one entry a field, in the schema's order
 */
export function validate<Schema extends z.core.$ZodObject>(
  subject: string,
  findSchema: (configuration: Configuration) => Schema,
  read: (c: Context<AppEnv>) => Promise<RequestParameters> = readParameters,
): MiddlewareHandler<AppEnv, string, Validated<Schema>> {
  return async (c, next) => {
    const parameters = await read(c);
    // The validator's own types do not resolve for a schema that is still generic.
    const schema: z.core.$ZodObject = findSchema(readConfiguration(c.env));
    noteIgnored(c, parameters, Object.keys(schema._zod.def.shape));
    const readAs = describeForm(requireSet(c, "body"), c.req.header("Content-Type"));
    const validator: MiddlewareHandler = zValidator(
      "json",
      schema,
      (result) => {
        if (!result.success) throw makeValidationFailed(subject, result.error.issues, { parameters, readAs });
      },
      // As never: the type wants classic zod's error methods, which zod/mini's errors lack and nothing here calls.
      { validationFunction: (against) => z.safeParse(against, parameters) as never },
    );
    // Otherwise the validator would read and parse the body again.
    Object.assign(c.req.bodyCache, { text: emptyObject });
    return await validator(c, next);
  };
}

const emptyObject = Promise.resolve("{}");

/** The end of a message if the body was read as a form: curl's `-d` sends one by default. */
function describeForm(body: Uint8Array, contentType = ""): string {
  const type = readMediaType(contentType);
  return body.length > 0 && type === "application/x-www-form-urlencoded" ? `; the body was read as ${type}` : "";
}

/** Names every failing field with its first mistake. A mistake without a field is about the whole. */
function makeValidationFailed(
  subject: string,
  issues: readonly z.core.$ZodIssue[],
  { parameters, readAs }: { parameters: RequestParameters; readAs: string },
): CloudApiError {
  const errors = new Map<string, FieldError>();
  for (const { path, message } of issues) {
    const field = path[0];
    if (field === undefined) return new CloudApiError("ValidationFailed", `${message}${readAs}`, { errors: [] });
    const code = parameters[String(field)] === null ? "MissingParameter" : "Invalid";
    if (!errors.has(String(field))) errors.set(String(field), { field: String(field), code, message });
  }
  return new CloudApiError("ValidationFailed", `invalid ${subject} data: ${[...errors.keys()].join(", ")}`, {
    errors: [...errors.values()],
  });
}
