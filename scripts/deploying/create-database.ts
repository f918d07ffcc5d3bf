import { readFileSync, writeFileSync } from "node:fs";
import { formatMigrateCommand } from "../provisioning/migrations.ts";
import { describeError } from "../running/program.ts";
import { type Account, callApi, explain, formatCall, openAccount, runWrangler } from "./cloudflare.ts";
import { placeholderId, readProductionDatabase } from "./production-database.ts";

/** Where a database is created: near a location, or within a jurisdiction. */
export type Place = { kind: "location" | "jurisdiction"; name: string };

/** A database as the REST API describes it. */
type Described = { uuid: string; name: string; num_tables?: number; jurisdiction?: string | null };

/**
 * Creates the database of `[env.production]`, writes its id into the file, and switches read replication on. Goes on where an
 * earlier run stopped: at an id in the file, or at an empty database of the name.
 *
 * @param file a wrangler.toml
 * @param tell gets a line for each step that is done
 * @throws {Error} what is done, what is not, and the next step
 */
export async function createDatabase(place: Place, file: string, tell: (line: string) => void): Promise<void> {
  const { account_id, database_name: name, database_id } = await readProductionDatabase(file);
  const account = await openAccount(account_id).catch(fail("nothing was created"));
  let id = database_id;
  if (id === placeholderId) {
    id = await create(account, name, place).catch(fail("nothing was created, as far as is known"));
    await writeId(file, id).catch(fail(`database ${id} is created, and its id is not in wrangler.toml`));
    tell(`database ${name} is ${id}, and wrangler.toml names it`);
  } else {
    tell(`wrangler.toml names database ${id} already: none is created`);
  }
  await replicate(account, id);
  tell(`read replication is on. Next: ${formatMigrateCommand(name)}`);
}

/** Says what an earlier step has left behind. The next run goes on from there. */
const fail = (state: string) => (error: unknown) => {
  throw new Error(`${state}: ${describeError(error)}. Then run this command again`, { cause: error });
};

/** Creates a database, or takes the empty one of the name that an earlier run created. @returns its id */
async function create(account: Account, name: string, place: Place): Promise<string> {
  const found = await findDatabase(account, name);
  if (found) return assertUnused(found, place);
  const args = ["d1", "create", name, `--${place.kind}`, place.name];
  const { stdout, stderr } = await runWrangler(args, { CLOUDFLARE_ACCOUNT_ID: account.id });
  const [, id] = /database_id"?\s*[=:]\s*"([0-9a-f-]{36})"/.exec(stdout) ?? [];
  if (id === undefined) throw new Error(explain(stderr));
  return id;
}

async function findDatabase(account: Account, name: string): Promise<Described | undefined> {
  const path = `/${account.id}/d1/database`;
  const listed = await callApi<Described[]>(account, { path: `${path}?name=${encodeURIComponent(name)}` });
  const found = listed.find((database) => database.name === name);
  return found && (await callApi<Described>(account, { path: `${path}/${found.uuid}` }));
}

/** @throws {Error} the database holds something, or is in another jurisdiction: it is not one that this command began */
function assertUnused({ uuid, name, num_tables, jurisdiction }: Described, place: Place): string {
  const wanted = place.kind === "jurisdiction" ? place.name : undefined;
  const differs =
    num_tables === 0
      ? (jurisdiction ?? undefined) !== wanted && `is in ${jurisdiction ?? "no"} jurisdiction`
      : "holds tables";
  if (!differs) return uuid;
  throw new Error(
    `the account has a database ${name} that ${differs}. To use it, write its id ${uuid} into wrangler.toml; for another, change database_name there`,
  );
}

const section = /^\[\[env\.production\.d1_databases\]\][^\n]*\n(?:(?!\[)[^\n]*\n?)*/gm;

/** Writes the id in place of the placeholder, and leaves the rest of the file as it is. @throws {Error} there is no placeholder */
async function writeId(file: string, id: string): Promise<void> {
  const text = readFileSync(file, "utf8");
  const [found] = [...text.matchAll(section)].filter(([lines]) => /^binding = "DB"/m.test(lines));
  const named = found?.[0].replace(`database_id = "${placeholderId}"`, `database_id = "${id}"`);
  if (!found || named === undefined || named === found[0])
    throw new Error(`write database_id = "${id}" under [[env.production.d1_databases]]`);
  writeFileSync(file, text.slice(0, found.index) + named + text.slice(found.index + found[0].length));
}

/** Switches read replication on, again if it is. No setting of wrangler does it. */
async function replicate(account: Account, id: string): Promise<void> {
  const path = `/${account.id}/d1/database/${id}`;
  const call = { method: "PUT", path, body: { read_replication: { mode: "auto" } } } as const;
  await callApi(account, call).catch((error: unknown) => {
    const state = `database ${id} is created and named in wrangler.toml; read replication is not switched on`;
    throw new Error(`${state}: ${describeError(error)}. Run this command again, or: ${formatCall(call)}`, {
      cause: error,
    });
  });
}
