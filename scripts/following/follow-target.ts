import type { CursorFile } from "./cursor-file.ts";
import { CursorExpired, type Source } from "./feed.ts";
import { printLines } from "./output.ts";
import { type Pace, persist, rest, tell } from "./pace.ts";
import type { Known } from "./rules.ts";
import type { Target } from "./target.ts";

/** What is followed, and where to. */
type Pair = { source: Source; target: Target };

type Options = { cursors: CursorFile | undefined; resync: boolean; dryRun: boolean };

/** Compares an image as it is now, and prints how it differs. */
async function compareOne(
  { source, target }: Pair,
  id: string,
  pace: Pace,
): Promise<{ known: Known; isSame: boolean }> {
  const { known, outcome } = await persist(pace, () => target.compare(id, source));
  if (outcome) await printLines([outcome]);
  return { known, isSame: outcome === null };
}

/** Compares all images of the account, and prints how they differ. @returns what is known of each, and how many differ */
export async function compareAll(pair: Pair, pace: Pace): Promise<{ known: Map<string, Known>; different: number }> {
  const known = new Map<string, Known>();
  let different = 0;
  for (let marker: string | undefined; ; ) {
    const ids = await persist(pace, () => pair.source.listPage(marker));
    for (const id of ids) {
      const compared = await compareOne(pair, id, pace);
      known.set(id, compared.known);
      if (!compared.isSame) different += 1;
    }
    marker = ids.at(-1);
    if (marker === undefined) return { known, different };
  }
}

/**
 * Applies each change to a target, in order. Without a cursor it compares all images first: of what was made before, only
 * what the target lacks is applied. The cursor is kept when that is done.
 *
 * @throws {CursorExpired} changes were missed
 * @throws {Error} the source refuses; in a run that does not wait, nobody answers
 */
export async function followTarget(pair: Pair, { cursors, resync, dryRun }: Options, pace: Pace): Promise<void> {
  const { source, target } = pair;
  let after = cursors?.get(target.name) ?? null;
  let known = after === null ? (await compareAll(pair, pace)).known : null;
  const keep = () => {
    if (!known && !dryRun && after !== null) cursors?.set(target.name, after);
  };
  const findKnown = async (id: string) => {
    if (known && !known.has(id)) known.set(id, (await compareOne(pair, id, pace)).known);
    return known?.get(id);
  };

  for (let tag: string | undefined; ; ) {
    const read = () => source.readChanges(after, tag);
    const page = await persist(pace, read).catch((error: unknown) => {
      if (error instanceof CursorExpired && resync) return error;
      throw error;
    });
    tag = page.tag;
    if (page instanceof CursorExpired) {
      tell(`${target.name}: ${page.message}; comparing all images`);
      after = page.oldest;
      known = (await compareAll(pair, pace)).known;
      continue;
    }
    for (const entry of page.entries) {
      const before = await findKnown(entry.image);
      const outcome = await persist(pace, () => target.follow(entry, before));
      if (outcome) await printLines([outcome]);
      after = entry.cursor;
      keep();
    }
    if (page.entries.length > 0) continue;
    known = null;
    keep();
    if (pace.isOnce) return;
    await rest(pace);
  }
}
