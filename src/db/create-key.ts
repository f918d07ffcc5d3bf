import { and, eq, or, sql } from "drizzle-orm";
import type { Caller } from "../auth/caller.ts";
import type { RegisteredKey } from "../auth/key-registration.ts";
import { authority, callerRow, hasAuthority } from "./authority.ts";
import type { Database } from "./client.ts";
import { accounts, keys } from "./schema.ts";
import { leftJoined, nullableText, query, statement } from "./statement.ts";

type NewKeyValues = Caller & {
  name: string;
  fingerprint: string;
  newSha256: string;
  key: string;
  writeId: string;
};

/** Without effect where the account has the name or the key already, this write's own first attempt included. */
const createKeyStatement = statement<NewKeyValues>().writes(
  (value) => sql`
    INSERT INTO ${keys} (account, name, fingerprint, fingerprintSha256, key, write_id)
    SELECT ${value.account}, ${value.name}, ${value.fingerprint}, ${value.newSha256}, ${value.key}, ${value.writeId}
    WHERE ${authority(value)}
    ON CONFLICT DO NOTHING`,
);

/** The key that has the name or the fingerprint of the new one: the new one itself, where it was created. */
const holderStatement = statement<NewKeyValues>().reads(
  (value) => ({
    hasAuthority,
    login: nullableText(sql`(SELECT ${accounts.login} FROM ${accounts} WHERE ${accounts.uuid} = ${value.account})`),
    holder: leftJoined({ name: keys.name, writeId: keys.write_id }, "name"),
  }),
  (columns, value) =>
    query
      .select(columns)
      .from(callerRow(value))
      .leftJoin(
        keys,
        and(
          eq(keys.account, value.account),
          or(eq(keys.name, value.name), eq(keys.fingerprintSha256, value.newSha256)),
        ),
      )
      .orderBy(sql`${keys.write_id} IS ${value.writeId} DESC`, sql`${keys.name} = ${value.name} DESC`),
);

/** What came of a new key; `login` is the account's, `holder` the name of the key that has its name or is the same key. */
export type CreateKeyOutcome = {
  hasAuthority: boolean;
  isCreated: boolean;
  login: string | null;
  holder: string | null;
};

/** Registers a key of the account, in one batch. Idempotent: safe to retry. */
export async function createKey(
  db: Database,
  { key, caller }: { key: RegisteredKey; caller: Caller },
): Promise<CreateKeyOutcome> {
  const writeId = crypto.randomUUID();
  const { fingerprintSha256: newSha256, ...columns } = key;
  const values = { ...columns, newSha256, writeId, ...caller };
  const [, [row]] = await db.batch([createKeyStatement.with(values), holderStatement.with(values)]);
  const isCreated = row?.holder?.writeId === writeId;
  // What the first attempt created stays created, whatever became of the authority since.
  const hasAuthority = isCreated || row?.hasAuthority === true;
  return { hasAuthority, isCreated, login: row?.login ?? null, holder: row?.holder?.name ?? null };
}
