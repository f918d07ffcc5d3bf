import type { ErrorHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { CloudApiError, errorStatus } from "../errors.ts";
import { answerJson } from "./answer.ts";

/** Answers whatever was thrown: a CloudApiError as itself, anything else as InternalError with a fixed message. docs/contract.md#errors */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const refusal = error instanceof CloudApiError ? error : makeInternalError(error);
  c.set("refusal", refusal);
  const { code, message, errors, headers } = refusal;
  return answerJson(c, { code, message, errors }, { status: errorStatus[code], headers });
};

const makeInternalError = (cause: unknown): CloudApiError =>
  new CloudApiError("InternalError", "The service met an unexpected fault; quote the Request-Id to its operator", {
    cause,
  });
