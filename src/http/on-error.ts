import type { ErrorHandler } from "hono";
import type { AppEnv } from "../context.ts";
import { CloudApiError, errorStatus } from "../errors.ts";
import { answerJson } from "./answer.ts";

const challenge = 'Signature realm="cloudapi",headers="date"';

/** Answers whatever was thrown: a CloudApiError as itself, anything else as InternalError with a fixed message. docs/contract.md#errors */
export const onError: ErrorHandler<AppEnv> = (error, c) => {
  const refusal = error instanceof CloudApiError ? error : makeInternalError(error);
  c.set("refusal", refusal);
  const { code, message, errors } = refusal;
  const status = errorStatus[code];
  const headers = { ...refusal.headers, ...(status === 401 && { "WWW-Authenticate": challenge }) };
  return answerJson(c, { code, message, errors }, { status, headers });
};

const makeInternalError = (cause: unknown): CloudApiError =>
  new CloudApiError("InternalError", "The service met an unexpected fault; quote the Request-Id to its operator", {
    cause,
  });
