import { openDatabase } from "../scripts/provisioning/database.ts";
import { readProvision } from "../scripts/provisioning/entries.ts";
import { load } from "../scripts/provisioning/load.ts";
import { DatabaseSync } from "../scripts/provisioning/sqlite.ts";
import { findDatabaseFile } from "../scripts/serving/database-file.ts";
import { readSettings } from "../scripts/serving/settings.ts";
import { caller, imageOf, visibleImages } from "./caller.ts";

/** Of others, and private; ids that are spread over the whole range, as UUIDs are. */
const others = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO images (uuid, name, version, os, type, requirements, description, files, tags, published_at, owner, state)
SELECT printf('%08x-%04x-4000-8000-%012x', (i * 2654435761) % 4294967296, i % 65536, i), 'image-' || (i % 5000), '1.0.' || (i % 100),
  'smartos', 'zone-dataset', '{"min_ram":512}', 'An image of somebody else', '[{"compression":"gzip","sha1":"da39a3ee5e6b4b0d3255bfef95601890afd80709","size":123456789}]',
  '{"role":"db"}', '2020-01-01T00:00:00.000Z', printf('bbbbbbbb-0000-4000-8000-%012x', i % 1000), 'active' FROM n`;

/** Makes a database of so many images, of which the caller sees 200, in a state folder as `wrangler dev` has it. */
export async function makeDatabase(
  state: string,
  { images, keys }: { images: number; keys: readonly { name: string; key: string }[] },
): Promise<void> {
  const { db, close } = await openDatabase({ state });
  const own = Array.from({ length: visibleImages }, (_, index) => ({
    uuid: imageOf(index),
    owner: caller.uuid,
    name: "own",
    version: "1.0.0",
    os: "smartos",
    type: "zone-dataset",
    requirements: { min_ram: 512 },
    description: "An image of the caller",
    files: [{ compression: "gzip", sha1: "da39a3ee5e6b4b0d3255bfef95601890afd80709", size: 123456789 }],
    tags: { role: "db" },
    published_at: "2020-01-01T00:00:00.000Z",
  }));
  await load(db, await readProvision(JSON.stringify({ accounts: [{ ...caller, keys }], images: own })));
  await close();
  const file = findDatabaseFile(state, readSettings().databaseId);
  const direct = new DatabaseSync(file);
  direct.prepare(others).run(images - visibleImages);
  direct.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  direct.close();
}

/** Counts the updates of the caller's images: each makes a revision. */
export function countUpdates(state: string): number {
  const direct = new DatabaseSync(findDatabaseFile(state, readSettings().databaseId), { readOnly: true });
  const row = direct.prepare("SELECT sum(revision - 1) AS updates FROM images WHERE owner = ?").get(caller.uuid);
  direct.close();
  return Number(row?.["updates"]);
}
