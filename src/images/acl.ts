import type { Context } from "hono";
import { readConfiguration } from "../configuration.ts";
import type { AppEnv } from "../context.ts";
import { CloudApiError } from "../errors.ts";
import { answerNoContent } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readDryRun, readParametersOrArray } from "../http/parameters.ts";
import { validate } from "../http/validate.ts";
import type { RequestParameters } from "../syntax/form.ts";
import { writeGrants, writeRemoval } from "./acl.sql.ts";
import { answerWritten, makeReplayHeaders } from "./answer-image.ts";
import { runWrite } from "./image-request.ts";
import { findMaxAcl, makeAccountsSchema } from "./rules/acl.ts";
import { judgeGrants, judgeRemoval } from "./rules/operation-judges.ts";

/** Reads the parameters of a request that adds to an acl, or removes from it. The body may be the array itself. */
export const readAclParameters = (c: Context<AppEnv>): Promise<RequestParameters> => readParametersOrArray(c, "acl");

/** @throws {CloudApiError} MissingParameter when no account is named */
async function readAccounts(c: Context<AppEnv>): Promise<RequestParameters> {
  const parameters = await readAclParameters(c);
  if (parameters["acl"] !== undefined) return parameters;
  throw new CloudApiError("MissingParameter", "acl is a required argument: an array of account UUIDs");
}

/** AddImageAcl: adds accounts to an image's acl. Keeps those that others add meanwhile. docs/contract.md#grants */
export const addImageAcl = handlersOf<"/:login/images/:id/acl">()(
  named("AddImageAcl"),
  readDryRun(readAccounts),
  validate("image", makeAccountsSchema, readAccounts),
  async (c) => {
    const { acl: accounts } = c.req.valid("json");
    const grants = { accounts, maxAcl: findMaxAcl(readConfiguration(c.env).maxAcl) };
    const { outcome, request } = await runWrite(c, { operation: "AddImageAcl", requested: accounts }, (db, write) =>
      writeGrants(db, write, grants),
    );
    return answerWritten(c, judgeGrants(outcome, request, grants));
  },
);

/** RemoveImageAcl for the owner; LeaveImage for an account that the image is shared with. docs/contract.md#grants */
export const removeImageAcl = handlersOf<"/:login/images/:id/acl">()(
  named("RemoveImageAcl"),
  readDryRun(readAccounts),
  validate("image", makeAccountsSchema, readAccounts),
  async (c) => {
    const { acl: accounts } = c.req.valid("json");
    const { outcome, request } = await runWrite(c, { operation: "RemoveImageAcl", requested: accounts }, (db, write) =>
      writeRemoval(db, write, accounts),
    );
    const written = judgeRemoval(outcome, request, accounts);
    if (written.image.owner === request.account) return answerWritten(c, written);
    c.set("operation", "LeaveImage");
    return answerNoContent(c, makeReplayHeaders(written));
  },
);
