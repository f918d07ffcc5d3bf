import type { ScopeWord } from "../../scope.ts";
import type { Session } from "../keys/kept-session.ts";
import type { Account, AccountKey, AuditPage, FeedPage, Image, NewKey, Versioned } from "./image.ts";
import { dropIntent, formatTarget, type Intent, type IntentKind, keepIntent, listKeptIntents } from "./intents.ts";
import { makeKeyForgotten, makeUnreachable, Refusal, readRefusal } from "./refusal.ts";
import { retry } from "./retry.ts";
import { sendRequest } from "./send-request.ts";
import { holdIntent, listHeldIntents } from "./under-way.ts";

/** What a list selects: its parameters. docs/contract.md#listimages */
export type ListFilters = Readonly<Record<string, string>>;

/** The answer to a write. `image` is null where the answer is none: after a delete, a leave, or a write of tags. */
export type Written = { image: Image | null; etag: string | null; isReplayed: boolean; changedFields: string[] };

const pageSize = 1000;

type Call = { method?: string; path: string; headers?: Record<string, string>; body?: unknown };

type ClientOptions = { origin?: string; mayStillSign?: () => Promise<boolean> };

/** Sends signed requests for a session. Every method throws a {@link Refusal}. */
export class Client {
  readonly session: Session;
  readonly #origin: string;
  readonly #mayStillSign: () => Promise<boolean>;
  #account: Promise<Account> | undefined;

  /** @param mayStillSign is asked before each request: a person may have forgotten the key in another tab */
  constructor(
    session: Session,
    { origin = globalThis.location?.origin ?? "", mayStillSign = async () => true }: ClientOptions = {},
  ) {
    this.session = session;
    this.#origin = origin;
    this.#mayStillSign = mayStillSign;
  }

  /** The client of the same key that works for another account. */
  actingAs(account: string): Client {
    const options = { origin: this.#origin, mayStillSign: this.#mayStillSign };
    return new Client({ ...this.session, actAs: account }, options);
  }

  /** The account in every path: the one that is acted as, or one's own. */
  get account(): string {
    return this.session.actAs ?? this.session.login;
  }

  get #base(): string {
    return `/${encodeURIComponent(this.account)}`;
  }

  getAccount = (): Promise<Account> => this.#read(this.#base);

  /** The account as it was when somebody first asked for it: its UUID never changes, its login hardly. */
  getAccountOnce(): Promise<Account> {
    this.#account ??= this.getAccount().catch((error) => {
      this.#account = undefined;
      throw error;
    });
    return this.#account;
  }

  /** The UUID of the account. */
  getAccountId = async (): Promise<string> => (await this.getAccountOnce()).id;

  /** The key that signs, which every key may read. */
  getOwnKey = (): Promise<AccountKey> =>
    this.#read(`/${encodeURIComponent(this.session.login)}/keys/${encodeURIComponent(this.session.key.fingerprint)}`);

  /** Whether the key that signs may read the images of the whole account, and so its feed. */
  get mayFollow(): boolean {
    return this.session.scope?.split(" ").some((word) => /^images:\w+$/.test(word)) ?? true;
  }

  /** Whether the key that signs has a word, of an image or of all. docs/contract.md#scopes */
  may(word: ScopeWord, image?: string): boolean {
    const words = this.session.scope?.split(" ");
    return !words || words.includes(word) || words.includes(`${word}@${image}`);
  }

  listKeys = (): Promise<AccountKey[]> => this.#read(`${this.#base}/keys`);

  /** @param key an OpenSSH line */
  async createKey(key: NewKey): Promise<AccountKey> {
    return await readJson(await this.#send({ method: "POST", path: `${this.#base}/keys`, body: key }));
  }

  async deleteKey(name: string): Promise<void> {
    await this.#send({ method: "DELETE", path: `${this.#base}/keys/${encodeURIComponent(name)}` });
  }

  listImages = (parameters: ListFilters): Promise<Image[]> =>
    this.#read(`${this.#base}/images?${new URLSearchParams(parameters)}`);

  /** Reads a list page by page. @param onPage is called with each, until a short one came or the signal is aborted */
  async listAllImages(filters: ListFilters, onPage: (page: Image[]) => void, signal?: AbortSignal): Promise<void> {
    for (let marker: string | undefined; !signal?.aborted; ) {
      const page = await this.listImages({ ...filters, limit: String(pageSize), ...(marker && { marker }) });
      if (signal?.aborted) return;
      onPage(page);
      marker = page.at(-1)?.id;
      if (page.length < pageSize || !marker) return;
    }
  }

  async getImage(id: string, { revision }: { revision?: number } = {}): Promise<Versioned> {
    const query = revision === undefined ? "" : `?revision=${revision}`;
    const response = await this.#retry({ path: `${this.#base}/images/${encodeURIComponent(id)}${query}` });
    return { image: await readJson(response), etag: response.headers.get("ETag") ?? "" };
  }

  /** A page of the feed; null where nothing is new. @param after the last cursor; without it, where the feed ends @param etag of the last empty page */
  async listChanges({
    after,
    etag,
  }: {
    after?: string;
    etag?: string | null;
  }): Promise<(FeedPage & { etag: string | null }) | null> {
    const query = after === undefined ? "limit=1" : `after=${encodeURIComponent(after)}`;
    const response = await this.#send({
      path: `${this.#base}/changes?${query}`,
      ...(etag && { headers: { "If-None-Match": etag } }),
    });
    if (response.status === 304) return null;
    const { headers } = response;
    return { changes: await readJson(response), newest: headers.get("Newest-Cursor"), etag: headers.get("ETag") };
  }

  /** A page of revisions, newest first. @param marker that of the page before */
  audit = (id: string, { marker }: { marker?: string } = {}): Promise<AuditPage> =>
    retry(async () => {
      const query = marker === undefined ? "" : `?marker=${marker}`;
      const response = await this.#send({ path: `${this.#base}/images/${encodeURIComponent(id)}/audit${query}` });
      return { entries: await readJson(response), nextMarker: response.headers.get("Next-Marker") };
    });

  /**
   * Makes a change once. It is kept in the browser before it is sent, and until an answer says what became of it; without
   * one it is sent again under the same Idempotency-Key.
   */
  write = (intent: Intent): Promise<Written> => holdIntent(intent.id, () => this.#writeOnce(intent));

  /** Changes that are kept because no answer came, and that nobody waits for now, in this tab or another. */
  async listUnanswered(): Promise<Intent[]> {
    const before = new Set((await listKeptIntents(this.account)).map(({ id }) => id));
    const held = await listHeldIntents();
    // Read again: one that was under way may have been answered and let go of since.
    return (await listKeptIntents(this.account)).filter(({ id }) => before.has(id) && !held.has(id));
  }

  async #writeOnce(intent: Intent): Promise<Written> {
    let mayBeMade = intent.isSent || (await wasSent(intent));
    await keepIntent({ ...intent, isSent: true });
    const send = async () => {
      try {
        return await readWritten(intent, await this.#send(makeCall(intent, false)));
      } catch (error) {
        mayBeMade ||= error instanceof Refusal && error.isUncertain;
        throw error;
      }
    };
    try {
      const written = await retry(send);
      await dropIntent(intent);
      return written;
    } catch (error) {
      const saysNothing = error instanceof Refusal && (error.isUncertain || (mayBeMade && error.isBeforeRecord));
      if (error instanceof Refusal && !saysNothing) await dropIntent(intent);
      throw saysNothing && !error.isUncertain ? error.afterSilence() : error;
    }
  }

  /** What a change would do, without doing it. */
  rehearse = async (intent: Intent): Promise<Written> => readWritten(intent, await this.#retry(makeCall(intent, true)));

  /** A connection that ends within the answer is no answer: the whole read is tried again. */
  #read = <Result>(path: string): Promise<Result> =>
    retry(async () => await readJson<Result>(await this.#send({ path })));

  #retry = (call: Call): Promise<Response> => retry(() => this.#send(call));

  async #send({ method = "GET", path, headers, body }: Call): Promise<Response> {
    const bytes = body === undefined || body === null ? undefined : new TextEncoder().encode(JSON.stringify(body));
    const request = {
      method,
      url: new URL(path, this.#origin),
      ...(headers && { headers }),
      ...(bytes && { body: bytes }),
    };
    if (!(await this.#mayStillSign())) throw makeKeyForgotten();
    const response = await sendRequest(request, this.session);
    if (response.ok || response.status === 304) return response;
    throw await readRefusal(response, Date.now());
  }
}

/** Whether a kept intent was sent before, by this page or by one that was closed. */
const wasSent = async ({ account, id }: Intent): Promise<boolean> =>
  (await listKeptIntents(account)).some((kept) => kept.id === id && kept.isSent);

function makeCall(intent: Intent, isDryRun: boolean): Call {
  return {
    ...formatTarget(intent, isDryRun),
    body: intent.body,
    headers: {
      ...(intent.ifMatch !== null && { "If-Match": intent.ifMatch }),
      ...(!isDryRun && { "Idempotency-Key": intent.id }),
    },
  };
}

/** The body of an answer. A connection that ends within it is no answer. */
async function readJson<Result>(response: Response): Promise<Result> {
  const text = await response.text().catch(() => {
    throw makeUnreachable();
  });
  try {
    return JSON.parse(text);
  } catch {
    throw makeUnreachable();
  }
}

/** Writes whose answer is the image. */
const answeredByImage = new Set<IntentKind>(["update", "add-acl", "remove-acl", "revert", "clone"]);

async function readWritten({ kind }: Intent, response: Response): Promise<Written> {
  const { headers, status } = response;
  return {
    image: answeredByImage.has(kind) && status !== 204 ? await readJson<Image>(response) : null,
    etag: headers.get("ETag"),
    isReplayed: headers.get("Idempotent-Replayed") === "true",
    changedFields: (headers.get("Changed-Fields") ?? "").split(/,\s*/).filter((field) => field !== ""),
  };
}
