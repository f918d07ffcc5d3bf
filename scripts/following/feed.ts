import { type Answer, type CloudApi, describeRefusal, Unavailable } from "./cloud-api.ts";
import { type Entry, type Image, isCursor, isEntry, isImageId } from "./rules.ts";

/** The feed no longer has all that came after a cursor. */
export class CursorExpired extends Error {
  /** The cursor to go on with. */
  readonly oldest: string;
  readonly tag = undefined;

  constructor(oldest: string) {
    super("changes after the cursor are not in the feed any more, or the database was restored");
    this.oldest = oldest;
  }
}

/** An image of the account that is followed. */
export type SourceImage = { image: Image; revision: number };

/** A page of the feed, and its entity tag. */
type Page = { entries: Entry[]; tag: string | undefined };

const idsPerPage = 30;

/** The account that is followed. */
export class Source {
  readonly name: string;
  readonly #api: CloudApi;
  #account: string | undefined;

  constructor(api: CloudApi) {
    this.name = api.name;
    this.#api = api;
  }

  /** Reads the changes after a cursor, oldest first. @param tag of the answer before */
  async readChanges(after: string | null, tag: string | undefined): Promise<Page> {
    const path = `/my/changes${after === null ? "" : `?after=${encodeURIComponent(after)}`}`;
    const answer = await this.#api.send({ path, headers: tag === undefined ? {} : { "If-None-Match": tag } });
    if (answer.status === 304) return { entries: [], tag };
    const oldest = answer.headers["oldest-cursor"];
    if (answer.status === 410 && isCursor(oldest)) throw new CursorExpired(oldest);
    const entries = this.#require(answer, (json) => Array.isArray(json) && json.every(isEntry));
    return { entries: entries as Entry[], tag: answer.headers.etag };
  }

  /** Reads an image. Null if the account has it no more. */
  async readImage(id: string): Promise<SourceImage | null> {
    const answer = await this.#api.send({ path: `/my/images/${id}` });
    if (answer.status === 404) return null;
    const image = this.#require(answer, hasId(id)) as Image;
    if (image["owner"] !== (await this.#readAccount())) return null;
    return { image, revision: Number(/"(\d+)-/.exec(answer.headers.etag ?? "")?.[1] ?? 0) };
  }

  /** Lists the ids of the account's images, page by page. */
  async listPage(marker: string | undefined): Promise<string[]> {
    const owner = await this.#readAccount();
    const query = new URLSearchParams({ state: "all", owner, limit: String(idsPerPage), ...(marker && { marker }) });
    const images = this.#require(
      await this.#api.send({ path: `/my/images?${query}` }),
      (json) => Array.isArray(json) && json.every((image) => isImageId(image?.id)),
    );
    return (images as { id: string }[]).map(({ id }) => id);
  }

  async #readAccount(): Promise<string> {
    if (this.#account !== undefined) return this.#account;
    const account = this.#require(await this.#api.send({ path: "/my" }), (json) => isImageId(Object(json).id));
    this.#account = (account as { id: string }).id;
    return this.#account;
  }

  /** The JSON of an answer. @throws {Error} the source refuses, or answers something else */
  #require(answer: Answer, isExpected: (json: unknown) => boolean): unknown {
    if (answer.status !== 200) throw new Error(`${this.name} refuses: ${describeRefusal(answer)}`);
    if (!isExpected(answer.json)) throw new Unavailable(this.name, "the answer is not what this service answers");
    return answer.json;
  }
}

/** Whether JSON is the image of this id. */
export const hasId =
  (id: string) =>
  (json: unknown): json is Image =>
    Object(json).id === id;
