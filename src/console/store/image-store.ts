import type { Client, Written } from "../api/client.ts";
import { type Change, type Image, readRevision, type Update, type Versioned } from "../api/image.ts";
import { type Intent, makeIntent } from "../api/intents.ts";
import { type Refusal, toRefusal } from "../api/refusal.ts";
import { discard, type Edit, judgeEdit, noteRefused, noteSaved, noteSent, rebase, takeTheirs } from "../edit/edit.ts";
import { formatKeyId } from "../keys/sign.ts";
import { Feed } from "./feed.ts";
import { type ImageList, ImageRows } from "./image-rows.ts";
import { maxTold, type Opened, unopened } from "./opened.ts";

/**
 * The images of an account, each once, with what is typed into them. Views show what is here; answers, the feed and other tabs
 * arrive here, and whoever listens hears of each change.
 */
export class ImageStore {
  readonly client: Client;
  /** The UUID of the account; null until the service answered. */
  account: string | null = null;
  /** Why the feed could not be read the last two times; null if it was. */
  feedRefusal: Refusal | null = null;
  /** When the feed was read last, in milliseconds since the epoch. */
  followedAt: number | null = null;
  /** Is called after each write: other tabs look at once. */
  onWrite: () => void = () => undefined;
  readonly #rows: ImageRows;
  readonly #destroyed: ImageRows;
  readonly #feed: Feed;
  readonly #opened = new Map<string, Opened>();
  readonly #listeners = new Set<() => void>();
  /** What this page wrote itself: `ID REVISION`. */
  readonly #written = new Set<string>();
  /** Intents that this page sent and that no answer came to, yet or at all, with their image. */
  readonly #unanswered = new Map<string, string>();
  readonly #intents = new Map<string, { name: string; intent: Intent }>();
  #polling: Promise<void> | null = null;
  #begun: Promise<void> | null = null;
  /** When the service lets the feed be read again, in milliseconds since the epoch. */
  #notBefore = 0;
  #failures = 0;
  readonly #now: () => number;

  /**
   * @param before that of the same account with another key, or another scope: what was typed goes on
   * @param now milliseconds since the epoch
   */
  constructor(client: Client, before: ImageStore | null = null, now: () => number = Date.now) {
    this.client = client;
    this.#now = now;
    if (before?.client.account === client.account) {
      // What the one before waits for arrives there: here the feed tells of it.
      for (const [id, opened] of before.#opened) this.#opened.set(id, { ...opened, isLoading: false, isSaving: false });
    }
    this.#feed = new Feed(client);
    const options = { onChange: () => this.#notify(), now };
    this.#rows = new ImageRows(client, options);
    this.#destroyed = new ImageRows(client, { filters: { destroyed: "true" }, ...options });
  }

  /** @returns how to stop listening */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Whether the feed tells of changes of one's own images. */
  get isFollowed(): boolean {
    return this.#feed.isFollowed;
  }

  get list(): ImageList {
    return this.#rows.shown;
  }

  /** One's own images that were deleted and still have a history. */
  get destroyed(): ImageList {
    return this.#destroyed.shown;
  }

  /** Reads the images that were deleted, now or again. */
  readDestroyed = (): Promise<void> => this.#destroyed.read(() => this.#begin());

  /** What is known of an image. */
  read = (id: string): Opened => this.#opened.get(id) ?? unopened;

  #set(id: string, part: Partial<Opened>): void {
    this.#opened.set(id, { ...this.read(id), ...part });
    this.#notify();
  }

  /** The images with something typed that is not saved. */
  listTyped(): string[] {
    return [...this.#opened].flatMap(([id, { version, edit }]) =>
      version && judgeEdit(edit, version.image).isTyped ? [id] : [],
    );
  }

  /** Reads an image, now or again. What is typed stays. */
  async open(id: string): Promise<void> {
    this.#set(id, { isLoading: true, refusal: null });
    try {
      const { isFollowed } = this.#feed;
      const [version] = await Promise.all([this.client.getImage(id), this.#begin()]);
      this.#arrive(id, version);
      // What was changed before the feed was followed is in no page of it.
      if (!isFollowed && this.#feed.isFollowed) this.#arrive(id, await this.client.getImage(id));
      this.#set(id, { isLoading: false });
    } catch (error) {
      this.#set(id, { isLoading: false, refusal: toRefusal(error) });
    }
  }

  /** Takes in a state of an image, unless a later one is known. */
  #arrive(id: string, version: Versioned): void {
    const { version: known, edit } = this.read(id);
    const revision = readRevision(version.etag);
    if (known && readRevision(known.etag) > revision) return;
    const readAt = new Date().toISOString();
    this.#set(id, { version, readAt, edit: rebase(edit, version.image), ...(!known && { since: revision }) });
    this.#rows.put(version.image);
  }

  /** Changes what is typed into an image. */
  edit(id: string, change: (edit: Edit, image: Image) => Edit): void {
    const { version, edit } = this.read(id);
    if (version) this.#set(id, { edit: change(edit, version.image) });
  }

  /** Gives up what is typed. */
  discard = (id: string): void => {
    this.edit(id, discard);
    this.noteSeen(id);
  };

  /** The person knows what was changed meanwhile. */
  noteSeen = (id: string): void => this.#set(id, { since: readRevision(this.read(id).version?.etag ?? "") });

  /**
   * The intent of an update over a revision: the same while neither changes, so that another try after silence is the same
   * change under the same Idempotency-Key.
   */
  findIntent(id: string, update: Update, etag: string): Intent {
    const name = JSON.stringify([update, etag]);
    const known = this.#intents.get(id);
    if (known?.name === name) return known.intent;
    const intent = makeIntent({ account: this.client.account, image: id, kind: "update", body: update, ifMatch: etag });
    this.#intents.set(id, { name, intent });
    return intent;
  }

  /**
   * Saves what is typed, over the image as it is shown. What is typed while the answer is awaited stays typed.
   *
   * @returns null where theirs is taken, and nothing was to be sent
   * @throws {Refusal} after a 412 the image is read again, and what is typed stands over it
   */
  async save(id: string): Promise<Written | null> {
    const { version, edit } = this.read(id);
    if (!version) return null;
    const { update } = judgeEdit(edit, version.image);
    if (Object.keys(update).length === 0) {
      this.edit(id, takeTheirs);
      this.noteSeen(id);
      return null;
    }
    this.#set(id, { edit: noteSent(edit, version.image, update), isSaving: true });
    try {
      const written = await this.write(this.findIntent(id, update, version.etag));
      this.edit(id, (now, image) => takeTheirs(noteSaved(now, update, image), image));
      // What somebody else wrote after it is not seen yet.
      this.#set(id, { since: readRevision(written.etag ?? "") });
      return written;
    } catch (error) {
      const refusal = toRefusal(error);
      if (!refusal.isUncertain) this.edit(id, (now) => noteRefused(now, update));
      if (refusal.status === 412) await Promise.all([this.open(id), this.poll()]);
      throw error;
    } finally {
      this.#set(id, { isSaving: false });
    }
  }

  /** Makes a change once, and takes in what it made. @see Client.write */
  async write(intent: Intent): Promise<Written> {
    this.#unanswered.set(intent.id, intent.image);
    const written = await this.client.write(intent).catch((error: unknown) => {
      if (!toRefusal(error).isUncertain) this.#unanswered.delete(intent.id);
      throw error;
    });
    this.#unanswered.delete(intent.id);
    const { image, etag } = written;
    if (etag) this.#written.add(`${image?.id ?? intent.image} ${readRevision(etag)}`);
    if (image && etag) {
      this.#arrive(image.id, { image, etag });
    } else if (intent.kind === "delete" || intent.kind === "leave") {
      this.#opened.delete(intent.image);
      this.#rows.remove(intent.image);
    } else if (this.#opened.has(intent.image)) {
      await this.open(intent.image);
    }
    this.onWrite();
    return written;
  }

  /** Reads all images, unless they are here already. */
  async readList({ again = false } = {}): Promise<void> {
    if (this.list.state === "read" && !again) return;
    await this.#rows.read(() => this.#begin());
    await this.poll();
  }

  /** Finds out who the account is, and where its feed ends, once. */
  #begin(): Promise<void> {
    this.#begun ??= this.#beginOnce().catch((error: unknown) => {
      this.#begun = null;
      throw error;
    });
    return this.#begun;
  }

  async #beginOnce(): Promise<void> {
    const [account] = await Promise.all([this.client.getAccountId(), this.#feed.begin()]);
    this.account = account;
  }

  /** Takes in what is new in the feed, or joins a reading that has not ended. */
  poll = (): Promise<void> => {
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = null;
    });
    return this.#polling;
  };

  async #pollOnce(): Promise<void> {
    if (!this.#feed.isFollowed || this.#now() < this.#notBefore) return;
    const before = this.feedRefusal;
    try {
      const changes = await this.#feed.readNew();
      this.feedRefusal = null;
      this.#failures = 0;
      this.followedAt = this.#now();
      await Promise.all([
        this.#rows.takeIn(changes, this.account ?? "", () => this.#rows.readAnew(() => this.#begin())),
        this.#tell(changes),
      ]);
    } catch (error) {
      const refusal = toRefusal(error);
      this.#notBefore = this.#now() + (refusal.retryAfterSeconds ?? 0) * 1000;
      this.#failures += 1;
      if (refusal.status === 410) await this.#beginAnew();
      else if (this.#failures > 1) this.feedRefusal = refusal;
    }
    if (before !== this.feedRefusal) this.#notify();
  }

  /** Changes were missed: everything is read again. */
  async #beginAnew(): Promise<void> {
    this.#feed.forget();
    this.#begun = null;
    this.feedRefusal = null;
    const opened = [...this.#opened];
    // A database that was restored is at an earlier revision: no known one is later.
    this.#written.clear();
    for (const [id, { version }] of opened)
      if (version) this.#set(id, { version: { ...version, etag: '"0"' }, told: [] });
    await Promise.all(opened.map(([id]) => this.open(id)));
    for (const [id] of opened) this.noteSeen(id);
    if (this.list.state === "read") await this.#rows.readAnew(() => this.#begin());
  }

  /** Tells what was changed of opened images, and reads them again: a change has no ETag. */
  async #tell(changes: readonly Change[]): Promise<void> {
    const own = formatKeyId(this.client.session);
    const stale = new Set<string>();
    for (const { image, revision, caller, time, changes: fields } of changes) {
      const { version, told } = this.read(image);
      if (!version) continue;
      if (revision > readRevision(version.etag)) stale.add(image);
      const isOwn = caller.type === "signature" && caller.keyId === own;
      // What this page waits for is its own, too.
      const isAwaited = isOwn && [...this.#unanswered.values()].includes(image);
      const isHere = isAwaited || this.#written.has(`${image} ${revision}`);
      const news = { caller, time, revision, changes: fields, isOwn, isHere };
      this.#set(image, { told: [...told, news].slice(-maxTold) });
    }
    await Promise.all([...stale].map((id) => this.open(id)));
  }
}
