import { or } from "drizzle-orm";
import { type Database, readOnlyRow } from "../db/client.ts";
import { isPatched, patched, patchRow } from "../db/patch.ts";
import { images, type UpdatableField, updatableFields } from "../db/schema.ts";
import { choose, imageChange } from "./image-change.sql.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.sql.ts";
import { toWriteValues, type Write, type WriteValues } from "./write-record.sql.ts";

/** The columns to write, JSON columns as text. Null clears; absent and undefined fields stay as they are. */
export type ImagePatch = { readonly [Field in UpdatableField]?: string | null | undefined };

/**
 * One statement for every choice of fields, which are bound as one JSON object. A JSON null is sent, and clears. Without
 * effect where every sent field is stored already.
 */
export const update = imageChange<WriteValues & { patch: string }>((bind) => ({
  set: Object.fromEntries(updatableFields.map((field) => [field, patched(field, images[field])])),
  from: patchRow(bind.patch),
  changes: or(...updatableFields.map((field) => isPatched(field, images[field]))),
}));

/**
 * Updates an image if the caller owns it and something changes, in one batch: the conditional write, then the row that
 * shows what came of it. Idempotent: safe to retry.
 */
export async function updateImage(db: Database, write: Write, patch: ImagePatch): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const [made, outcome] = await db.batch([
    choose(update, write).with({ ...values, patch: JSON.stringify(patch) }),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write, made);
}
