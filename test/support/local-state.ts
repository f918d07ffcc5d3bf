import { openDatabase } from "../../scripts/provisioning/database.ts";
import { readProvision } from "../../scripts/provisioning/entries.ts";
import { load } from "../../scripts/provisioning/load.ts";
import { withKinds } from "./provision-files.ts";

/** Loads accounts and images into the database of a state folder, as `npm run provision` does. */
export async function provision(state: string, file: unknown): Promise<void> {
  const { db, close } = await openDatabase({ state });
  await load(db, await readProvision(JSON.stringify(withKinds(file)))).finally(close);
}
