import { eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import { authority } from "./authority.ts";
import { type Database, readOnlyRow } from "./client.ts";
import { images } from "./schema.ts";
import { type Placeholders, statement } from "./statement.ts";
import { isActivated, isSharedWith } from "./visibility.ts";
import { outcomeStatement, readOutcome, type WriteOutcome } from "./write-outcome.ts";
import { isApplicable, recordColumns, toWriteValues, type Write, type WriteValues } from "./write-record.ts";

type CloneValues = WriteValues & { clone: string; now: string };

/** What a clone has of its own; every other column is its source's. */
const cloneColumns = (value: Placeholders<CloneValues>): Readonly<Record<string, SQL>> => ({
  uuid: sql`${value.clone}`,
  owner: sql`${value.account}`,
  public: sql`0`,
  acl: sql`NULL`,
  published_at: sql`${value.now}`,
  error: sql`NULL`,
  revision: sql`1`,
  ...recordColumns(value),
});

const columns = Object.values(getTableColumns(images));

const list = (expressions: readonly SQL[]): SQL => sql.join([...expressions], sql`, `);

const cloneStatement = statement<CloneValues>().writes((value) => {
  const own = cloneColumns(value);
  return sql`
    INSERT INTO ${images} (${list(columns.map(({ name }) => sql`${sql.identifier(name)}`))})
    SELECT ${list(columns.map((column) => own[column.name] ?? sql`${column}`))} FROM ${images}
    WHERE ${eq(images.uuid, value.image)} AND ${isActivated(images)} AND ${images.type} IS NOT 'docker'
      AND ${isSharedWith(images, value.account)} AND ${isApplicable(value)} AND ${authority(value)}`;
});

/** Copies an image that is shared with the caller by acl as the caller's own, in one batch. Idempotent: safe to retry. */
export async function cloneImage(db: Database, write: Write): Promise<WriteOutcome> {
  const values = toWriteValues(write);
  const clone = { clone: crypto.randomUUID(), now: new Date().toISOString() };
  const [, outcome] = await db.batch([cloneStatement.with({ ...values, ...clone }), outcomeStatement.with(values)]);
  return readOutcome(readOnlyRow(outcome), write);
}
