import type { Image, JsonObject } from "../api/image.ts";
import { type Intent, makeIntent } from "../api/intents.ts";
import { type Refusal, toRefusal } from "../api/refusal.ts";
import { maxAccountsSent } from "../edit/accounts.ts";
import { isSameTag, readTag } from "../edit/merge.ts";
import { isNameable } from "../route.ts";
import type { ImageStore } from "./image-store.ts";

/** One change that a person wants made to several images. */
export type BulkChange =
  | { kind: "set-tag"; tags: JsonObject }
  | { kind: "remove-tag"; key: string }
  | { kind: "share" | "unshare"; accounts: readonly string[] };

/**
 * What a change does to one image: a tag as it is and as it would be, undefined where it is not there; or with how
 * many more accounts it would be shared, below zero with how many fewer.
 */
export type BulkDifference = { tag: string; before: unknown; after: unknown } | { accounts: number };

/**
 * What became of one image. `rehearsed`: what a write over the revision of `etag` would change. `refused`: nothing was made.
 * `silent`: it may have been made; the same intent asks again.
 */
export type Outcome =
  | { state: "waiting" }
  | { state: "rehearsed"; etag: string; fields: readonly string[]; differences: readonly BulkDifference[] }
  | { state: "done"; fields: readonly string[] }
  | { state: "refused"; refusal: Refusal }
  | { state: "silent"; refusal: Refusal; intent: Intent };

export type BulkItem = { image: Image; outcome: Outcome };

/** How many images have each outcome. `planned`: rehearsed, and would change; `same`: nothing changes or changed. */
export type BulkCounts = Record<"waiting" | "planned" | "same" | "done" | "refused" | "silent", number>;

/** How many images are asked for at a time. */
const lanes = 4;

/** Waits, or until the signal is aborted. */
type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const waitForTime: Wait = (ms, signal) =>
  new Promise((done) => {
    // It was aborted before: no event comes.
    if (signal.aborted) return done();
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });

type Options = { wait?: Wait; now?: () => number };

/**
 * A change to several images: first a rehearsal of each, then each a write of its own over the revision that was rehearsed,
 * under an Idempotency-Key of its own. No all or nothing.
 */
export class Bulk {
  items: readonly BulkItem[];
  isRunning = false;
  /** Until when the service asks to wait, in milliseconds since the epoch; null while it does not. */
  waitsUntil: number | null = null;
  /** Is called after each outcome. */
  onChange: () => void = () => undefined;
  readonly #store: ImageStore;
  readonly #change: BulkChange;
  /** The write of an image over the revision that was rehearsed, until it is refused: tried again, it is the same write. */
  readonly #intents = new Map<string, Intent>();
  readonly #wait: Wait;
  readonly #now: () => number;
  #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(store: ImageStore, task: { images: readonly Image[]; change: BulkChange }, options: Options = {}) {
    this.#store = store;
    this.#change = task.change;
    this.items = task.images.map((image) => ({ image, outcome: { state: "waiting" } }));
    this.#wait = options.wait ?? waitForTime;
    this.#now = options.now ?? Date.now;
  }

  /** Asks what would change, of the images that nothing is known of. */
  rehearse = (): Promise<void> => this.#each(({ state }) => state === "waiting", this.#rehearse);

  /** Writes what was rehearsed, and would change something. */
  write = async (): Promise<void> => {
    await this.#each((outcome) => outcome.state === "rehearsed" && outcome.fields.length > 0, this.#write);
    await this.#lookAgain();
  };

  /** Sends again what no answer came to, and rehearses anew what was refused. */
  retry = async (): Promise<void> => {
    await this.#each(
      ({ state }) => state === "refused" || state === "silent",
      (item) => (item.outcome.state === "silent" ? this.#write(item) : this.#rehearse(item)),
    );
    await this.#lookAgain();
  };

  /** Begins with no further image. @returns once what was sent is answered */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  count(): BulkCounts {
    const counts: BulkCounts = { waiting: 0, planned: 0, same: 0, done: 0, refused: 0, silent: 0 };
    for (const { outcome } of this.items) counts[classify(outcome)] += 1;
    return counts;
  }

  async #each(isMeant: (outcome: Outcome) => boolean, step: (item: BulkItem) => Promise<Outcome>): Promise<void> {
    if (this.isRunning) return;
    this.#stop = new AbortController();
    this.isRunning = true;
    this.onChange();
    this.#running = this.#run(isMeant, step);
    await this.#running;
    this.isRunning = false;
    this.onChange();
  }

  async #run(isMeant: (outcome: Outcome) => boolean, step: (item: BulkItem) => Promise<Outcome>): Promise<void> {
    const left = this.items.flatMap(({ outcome }, at) => (isMeant(outcome) ? [at] : []));
    const lane = async () => {
      for (let at = left.shift(); at !== undefined && !this.#stop.signal.aborted; at = left.shift()) {
        const item = this.items[at];
        const outcome = item && (await this.#patiently(() => step(item)));
        if (outcome) this.#set(at, outcome);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  #set(at: number, outcome: Outcome): void {
    this.items = this.items.map((item, index) => (index === at ? { ...item, outcome } : item));
    this.onChange();
  }

  /**
   * Tries again after Retry-After where too much was asked at once.
   *
   * @returns null where it was stopped before, and surely nothing was made
   */
  async #patiently(step: () => Promise<Outcome>): Promise<Outcome | null> {
    const { signal } = this.#stop;
    let last: Outcome | null = null;
    for (;;) {
      if (this.waitsUntil !== null && !signal.aborted)
        await this.#wait(Math.max(0, this.waitsUntil - this.#now()), signal);
      if (signal.aborted) return last?.state === "silent" ? last : null;
      const outcome = await step();
      last = outcome;
      const { status, retryAfterSeconds } =
        "refusal" in outcome ? outcome.refusal : { status: 0, retryAfterSeconds: 0 };
      if (status !== 429) {
        this.waitsUntil = null;
        return outcome;
      }
      this.waitsUntil = this.#now() + (retryAfterSeconds ?? 1) * 1000;
      this.onChange();
    }
  }

  /** The rows show what was written: an answer to a write of tags has no image. */
  #lookAgain = (): Promise<void> =>
    this.#store.isFollowed ? this.#store.poll() : this.#store.readList({ again: true });

  #findIntent(image: Image, etag: string): Intent {
    const known = this.#intents.get(image.id);
    const intent = known?.ifMatch === etag ? known : this.#makeIntent(image, etag);
    this.#intents.set(image.id, intent);
    return intent;
  }

  #makeIntent(image: Image, ifMatch: string): Intent {
    const { account } = this.#store.client;
    return makeIntent({ account, image: image.id, ifMatch, ...describeWrite(this.#change) });
  }

  /** Looks first: what is rehearsed, shown and then written over is one revision. */
  #rehearse = async ({ image: { id } }: BulkItem): Promise<Outcome> => {
    const { client } = this.#store;
    try {
      const { image, etag } = await client.getImage(id);
      const differences = listDifferences(this.#change, image);
      // Of a tag that is not there, the service would say 404.
      const isGone = this.#change.kind === "remove-tag" && differences.length === 0;
      const fields = isGone ? [] : (await client.rehearse(this.#makeIntent(image, etag))).changedFields;
      return { state: "rehearsed", etag, fields, differences };
    } catch (error) {
      return { state: "refused", refusal: toRefusal(error) };
    }
  };

  #write = async ({ image, outcome }: BulkItem): Promise<Outcome> => {
    if (outcome.state !== "rehearsed" && outcome.state !== "silent") return outcome;
    const intent = outcome.state === "silent" ? outcome.intent : this.#findIntent(image, outcome.etag);
    try {
      const { changedFields } = await this.#store.write(intent);
      return { state: "done", fields: changedFields };
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.isUncertain) return { state: "silent", refusal, intent };
      // It is only asked to wait.
      if (refusal.status !== 429) this.#intents.delete(image.id);
      return { state: "refused", refusal };
    }
  };
}

function listDifferences(change: BulkChange, { tags = {}, acl = [] }: Image): BulkDifference[] {
  if ("accounts" in change) {
    const sharedWith = new Set(acl);
    const changed = change.accounts.filter((account) => sharedWith.has(account) === (change.kind === "unshare"));
    return [{ accounts: change.kind === "share" ? changed.length : -changed.length }];
  }
  const after = change.kind === "set-tag" ? change.tags : {};
  return (change.kind === "set-tag" ? Object.keys(after) : [change.key])
    .map((tag) => ({ tag, before: readTag(tags, tag), after: readTag(after, tag) }))
    .filter((each) => !isSameTag(each.before, each.after));
}

function describeWrite(change: BulkChange): Pick<Intent, "kind" | "body"> & { tag?: string } {
  if (change.kind === "set-tag") return { kind: "add-tags", body: change.tags };
  if (change.kind === "remove-tag") return { kind: "delete-tag", body: null, tag: change.key };
  return { kind: change.kind === "share" ? "add-acl" : "remove-acl", body: { acl: change.accounts } };
}

function classify(outcome: Outcome): keyof BulkCounts {
  if (outcome.state === "rehearsed") return outcome.fields.length > 0 ? "planned" : "same";
  if (outcome.state === "done") return outcome.fields.length > 0 ? "done" : "same";
  return outcome.state;
}

/** Why a change cannot be made of images; undefined where it can. */
export function findChangeMistake(change: BulkChange): string | undefined {
  if (change.kind === "remove-tag" && change.key === "") return "Which tag?";
  // In a path they lead to the image itself.
  if (change.kind === "remove-tag" && !isNameable(change.key))
    return "A tag of this name is removed on the page of its image.";
  if ("accounts" in change && change.accounts.length > maxAccountsSent)
    return `One request takes at most ${maxAccountsSent} accounts.`;
  return undefined;
}
