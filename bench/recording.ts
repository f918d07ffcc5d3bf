import { imageOf } from "./caller.ts";
import type { Recorded } from "./floor.ts";
import type { RecordedBatch } from "./recorded-database.ts";
import { type Kind, keyName, type SigningKey, signedRequest } from "./requests.ts";
import type { Rows } from "./summary.ts";

/** How many updates a recording makes. */
export const recordedUpdates = 2;

/** The second of two requests: the first finds a cold isolate. */
async function warmBatch(port: number, kind: Kind, keys: readonly SigningKey[]): Promise<RecordedBatch> {
  const key = keys.find(({ name }) => name === keyName(kind));
  if (!key) throw new Error(`no key signs ${kind}`);
  let batches: RecordedBatch[] = [];
  for (const serial of [1, recordedUpdates]) {
    const { method, path, headers, body } = signedRequest(kind, key, { lane: 0, serial });
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(body && { body }) });
    const told = (await answer.json()) as { status: number; batches: RecordedBatch[] };
    if (told.status !== 200) throw new Error(`${kind} was answered ${told.status} while it was recorded`);
    batches = told.batches;
  }
  const [batch, ...others] = batches;
  if (!batch || others.length > 0) throw new Error(`a warm ${kind} takes ${batches.length} trips, and not one`);
  return batch;
}

/** The id of the write that a batch makes, as its history is told it. */
function attemptOf({ statements }: RecordedBatch): string {
  const params = statements.flatMap((statement) => statement.params);
  const made = params.find((param) => String(param).startsWith('{"operation"'));
  if (made === undefined) throw new Error("the recorded update tells its history nothing");
  return JSON.parse(String(made)).attempt_id;
}

/** The batches that the service, behind the recorder on this port, sends for a warm request of each kind. */
export async function record(port: number, keys: readonly SigningKey[]): Promise<{ recorded: Recorded; rows: Rows }> {
  const update = await warmBatch(port, "update-rsa", keys);
  const [get, list] = [await warmBatch(port, "get", keys), await warmBatch(port, "list", keys)];
  const rows = Object.entries({ update, get, list }).map(([kind, { rowsRead: read, rowsWritten: written }]) => [
    kind,
    { read, written },
  ]);
  return {
    recorded: {
      batches: { update: update.statements, get: get.statements, list: list.statements },
      replaced: { image: imageOf(0), name: `name-0-${recordedUpdates}`, attemptId: attemptOf(update) },
    },
    rows: Object.fromEntries(rows),
  };
}
