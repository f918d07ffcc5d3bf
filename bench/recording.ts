import type { Recorded } from "./floor.ts";
import type { RecordedBatch } from "./recorder.ts";
import { chooseKey, imageOf, type Kind, makeSignedRequest, type SigningKey } from "./requests.ts";
import type { Rows } from "./summary.ts";

/** How many updates a recording sends. */
export const recordedUpdates = 2;

/** Returns the batch of the second request: the first finds a cold isolate. */
async function recordWarmBatch(port: number, kind: Kind, keys: readonly SigningKey[]): Promise<RecordedBatch> {
  const key = chooseKey(kind, keys);
  let batches: RecordedBatch[] = [];
  for (const serial of [1, recordedUpdates]) {
    const { method, path, headers, body } = makeSignedRequest(kind, key, { lane: 0, serial });
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...(body && { body }) });
    const recorded = (await answer.json()) as { status: number; batches: RecordedBatch[] };
    if (recorded.status !== 200) throw new Error(`${kind} was answered ${recorded.status} while it was recorded`);
    batches = recorded.batches;
  }
  const [batch, ...others] = batches;
  if (!batch || others.length > 0) throw new Error(`a warm ${kind} takes ${batches.length} round trips, not one`);
  return batch;
}

/** Finds the attempt id in the record that an update writes for the history. */
function findAttemptId({ statements }: RecordedBatch): string {
  const params = statements.flatMap((statement) => statement.params);
  const record = params.find((param) => String(param).startsWith('{"operation"'));
  if (record === undefined) throw new Error("the recorded update has no record for the history");
  return JSON.parse(String(record)).attempt_id;
}

/** Records what the service sends to D1 for a warm request of each kind. @param port of the recorder */
export async function record(port: number, keys: readonly SigningKey[]): Promise<{ recorded: Recorded; rows: Rows }> {
  const update = await recordWarmBatch(port, "update-rsa", keys);
  const [get, list] = [await recordWarmBatch(port, "get", keys), await recordWarmBatch(port, "list", keys)];
  const rows = Object.entries({ update, get, list }).map(([kind, { rowsRead: read, rowsWritten: written }]) => [
    kind,
    { read, written },
  ]);
  return {
    recorded: {
      batches: { update: update.statements, get: get.statements, list: list.statements },
      replaced: { image: imageOf(0), name: `name-0-${recordedUpdates}`, attemptId: findAttemptId(update) },
    },
    rows: Object.fromEntries(rows),
  };
}
