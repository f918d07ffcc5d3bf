import { readConfiguration } from "../configuration.ts";
import { handlersOf, named } from "../http/operation.ts";
import { readDryRun, readParameters } from "../http/parameters.ts";
import { answerCloned } from "./answer-image.ts";
import { writeClone } from "./clone-image.sql.ts";
import { runWrite } from "./image-request.ts";
import { judgeClone } from "./rules/operation-judges.ts";

/** CloneImage: a private copy of an image that is shared by acl. Its origin stays (ours: there are no files here). docs/contract.md#cloneimage */
export const cloneImage = handlersOf<"/:login/images/:id">()(
  named("CloneImage"),
  readDryRun(readParameters, []),
  async (c) => {
    const { maxImages } = readConfiguration(c.env);
    const { outcome, request } = await runWrite(c, { operation: "CloneImage" }, (db, write) =>
      writeClone(db, write, maxImages),
    );
    return answerCloned(c, judgeClone(outcome, request, maxImages));
  },
);
