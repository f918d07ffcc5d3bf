import { zValidator } from "@hono/zod-validator";
import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod/mini";
import { type Configuration, readConfiguration } from "../configuration.ts";
import { type AppEnv, requireSet } from "../context.ts";
import { CloudApiError, type FieldError } from "../errors.ts";
import { readMediaType } from "../syntax/body-parameters.ts";
import type { Parameters } from "../syntax/form.ts";
import { noteIgnored } from "./ignored-parameters.ts";
import { readParameters } from "./parameters.ts";

type Validated<Schema extends z.core.$ZodType> = {
  in: { query: z.core.input<Schema> };
  out: { query: z.core.output<Schema> };
};

/**
 * Validates the request's parameters; the handler finds the result with `c.req.valid("query")`.
 *
 * The value validated is what `read` answers, as a rule the query and the body as one: hence the validator's target, which
 * is the one that reads no body of its own.
 *
 * @param findSchema the schema under a configuration's bounds
 * @param subject what is validated, for the message: `invalid image data: name, version`
 * @throws {CloudApiError} ValidationFailed with at most one entry a field, in the schema's order
 */
export function validate<Schema extends z.core.$ZodObject>(
  subject: string,
  findSchema: (configuration: Configuration) => Schema,
  read: (c: Context<AppEnv>) => Promise<Parameters> = readParameters,
): MiddlewareHandler<AppEnv, string, Validated<Schema>> {
  return async (c, next) => {
    const parameters = await read(c);
    const schema = findSchema(readConfiguration(c.env));
    noteIgnored(c, parameters, Object.keys(schema._zod.def.shape));
    const readAs = describeForm(requireSet(c, "body"), c.req.header("Content-Type"));
    const validator: MiddlewareHandler = zValidator(
      "query",
      // As the base type: the validator's own types do not resolve for a schema that is still generic.
      schema as z.core.$ZodObject,
      (result) => {
        if (!result.success) throw makeValidationFailed(subject, result.error.issues, { parameters, readAs });
      },
      // As never: its type wants classic zod's error methods, which mini's errors lack and nothing here calls.
      { validationFunction: (against) => z.safeParse(against, parameters) as never },
    );
    return await validator(c, next);
  };
}

/** The end of a message, where the body was read as a form: curl's `-d` sends one by default. */
function describeForm(body: Uint8Array, contentType = ""): string {
  const type = readMediaType(contentType);
  return body.length > 0 && type === "application/x-www-form-urlencoded" ? `; the body was read as ${type}` : "";
}

/** Every failing field at once, the first mistake of each. A mistake without a field is about the whole. */
function makeValidationFailed(
  subject: string,
  issues: readonly z.core.$ZodIssue[],
  { parameters, readAs }: { parameters: Parameters; readAs: string },
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
