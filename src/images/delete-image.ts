import { readConfiguration } from "../configuration.ts";
import { answerNoContent } from "../http/answer.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readDryRun, readQuery } from "../http/parameters.ts";
import { makeReplayHeaders } from "./answer-image.ts";
import { writeDeletion } from "./delete-image.sql.ts";
import { runWrite } from "./image-request.ts";
import { judgeDeletion } from "./rules/operation-judges.ts";

/** DeleteImage: marks the image as destroyed; from then on it is 404. docs/contract.md#deleteimage */
export const deleteImage = handlersOf<"/:login/images/:id">()(
  named("DeleteImage"),
  readDryRun(readQuery, []),
  async (c) => {
    const { maxImages } = readConfiguration(c.env);
    const { outcome, request } = await runWrite(c, { operation: "DeleteImage" }, (db, write) =>
      writeDeletion(db, write, maxImages),
    );
    return answerNoContent(c, makeReplayHeaders(judgeDeletion(outcome, request)));
  },
);
