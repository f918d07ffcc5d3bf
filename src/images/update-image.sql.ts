import type { Database } from "../db/client.ts";
import { patched, patchRow } from "../db/patch.ts";
import { images } from "../db/schema.ts";
import { type UpdatableField, updatableFields } from "../tables.ts";
import { imageChange, runChange } from "./image-write.sql.ts";
import { toWriteValues, type Write, type WriteOutcome, type WriteValues } from "./write-outcome.sql.ts";

/** The columns to write, JSON columns as text. Null clears. Absent and undefined fields stay. */
export type ImagePatch = { readonly [Field in UpdatableField]?: string | null | undefined };

/** The same statement for every choice of fields, which are bound as one JSON object. A JSON null counts as sent: it clears the column. */
export const update = imageChange<WriteValues & { patch: string }>((bind) => ({
  values: Object.fromEntries(updatableFields.map((field) => [field, patched(field, images[field])])),
  source: patchRow(bind.patch),
}));

/** Updates an image if something changes, and the write is allowed: `imageChange`. */
export const writeUpdate = (db: Database, write: Write, patch: ImagePatch): Promise<WriteOutcome> =>
  runChange(db, write, { change: update, values: { ...toWriteValues(write), patch: JSON.stringify(patch) } });
