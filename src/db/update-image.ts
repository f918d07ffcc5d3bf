import { and, eq, ne, or, sql } from "drizzle-orm";
import { authority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { isPatched, patched, patchRow } from "./json-patch.ts";
import { images, type UpdatableField, updatableFields } from "./schema.ts";
import { query, statement } from "./statement.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.ts";
import { isApplicable, recordColumns, toWriteValues, type Write, type WriteValues } from "./write-record.ts";

/** The columns to write, JSON columns as text. Null clears; absent and undefined fields stay as they are. */
export type ImagePatch = { readonly [Field in UpdatableField]?: string | null | undefined };

/**
 * One statement for every choice of fields, which are bound as one JSON object. A JSON null is sent, and clears. Without
 * effect where every sent field is stored already.
 */
const updateStatement = statement<WriteValues & { patch: string }>().writes((value) =>
  query
    .update(images)
    .set({
      ...Object.fromEntries(updatableFields.map((field) => [field, patched(field, images[field])])),
      ...recordColumns(value),
      revision: sql`${images.revision} + 1`,
    })
    .from(patchRow(value.patch))
    .where(
      and(
        eq(images.uuid, value.image),
        eq(images.owner, value.account),
        ne(images.state, "destroyed"),
        or(...updatableFields.map((field) => isPatched(field, images[field]))),
        isApplicable(value),
        authority(value),
      ),
    ),
);

/**
 * Updates an image if the caller owns it and something changes, in one batch: the conditional write, then the row that
 * shows what came of it. Idempotent: safe to retry.
 */
export async function updateImage(db: Database, write: Write, patch: ImagePatch): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const [, outcome] = await db.batch([
    updateStatement.with({ ...values, patch: JSON.stringify(patch) }),
    outcomeStatement.with(values),
  ]);
  return readOutcome(readOnlyRow(outcome), write);
}
