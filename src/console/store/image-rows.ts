import type { Client, ListFilters } from "../api/client.ts";
import type { Change, Image } from "../api/image.ts";
import { type Refusal, toRefusal } from "../api/refusal.ts";
import { applyChange, staysInList } from "./apply-changes.ts";

/** The images that the account sees, as far as they came. */
export type ImageList = {
  images: readonly Image[];
  /** `none`: nobody asked, or nothing came. `reading`: not all have come yet. */
  state: "none" | "reading" | "read";
  /** Why the rest did not come. */
  refusal: Refusal | null;
  /** Whether they are being read, for the first time or again. */
  isReading: boolean;
  /** When the last reading began, in milliseconds since the epoch, whatever came of it. */
  begunAt: number | null;
  /** When all were read. One's own follow the feed from then on. */
  readAt: number | null;
};

/** Docker images are in a list of their own. docs/contract.md#listimages */
const withDocker = (filters: ListFilters): ListFilters[] => [filters, { ...filters, type: "docker" }];

type Options = {
  /** Which images these are. */
  filters?: ListFilters;
  /** Is called after each change. */
  onChange: () => void;
  /** Milliseconds since the epoch. */
  now: () => number;
};

/** More images that are new to the list are read with the whole list. */
const maxReadAlone = 10;

/** A change to the rows. */
type RowChange = (rows: Map<string, Image>) => void;

/** The list of images: read once, and kept true by what arrives. */
export class ImageRows {
  shown: ImageList = { images: [], state: "none", refusal: null, isReading: false, begunAt: null, readAt: null };
  readonly #client: Client;
  readonly #lists: readonly ListFilters[];
  readonly #onChange: () => void;
  readonly #now: () => number;
  #rows = new Map<string, Image>();
  #reading: Promise<void> | null = null;
  /** What arrived since the reading began: a page of it may be older. */
  #meanwhile: RowChange[] = [];
  /** Images that the feed told of, and that could not be read yet. */
  readonly #unread = new Set<string>();
  #unreadRefusal: Refusal | null = null;

  constructor(client: Client, { filters = { state: "all" }, onChange, now }: Options) {
    this.#client = client;
    this.#lists = withDocker(filters);
    this.#onChange = onChange;
    this.#now = now;
  }

  #show(part: Partial<ImageList>, rows?: Map<string, Image>): void {
    this.#rows = rows ?? this.#rows;
    this.shown = { ...this.shown, ...(rows && { images: [...rows.values()] }), ...part };
    this.#onChange();
  }

  #change(change: RowChange): void {
    if (this.#reading) this.#meanwhile.push(change);
    this.#show({}, changeAll(this.#rows, [change]));
  }

  /** Takes in an image as it is now. */
  put(image: Image): void {
    if (this.shown.state === "read" || this.#rows.has(image.id)) this.#change((rows) => rows.set(image.id, image));
  }

  remove(id: string): void {
    if (this.#rows.has(id)) this.#change((rows) => rows.delete(id));
  }

  /**
   * Reads all images, or joins a reading that has not ended. The first time they are shown as they come; later the earlier list
   * stays until the new one is whole.
   *
   * @param begin is called first: from then on the feed tells what changes
   */
  read(begin: () => Promise<void>): Promise<void> {
    this.#reading ??= this.#read(begin).finally(() => {
      this.#reading = null;
      this.#meanwhile = [];
    });
    return this.#reading;
  }

  /** Reads all images, after a reading that has not ended: it may have begun too early. */
  async readAnew(begin: () => Promise<void>): Promise<void> {
    await this.#reading;
    await this.read(begin);
  }

  async #read(begin: () => Promise<void>): Promise<void> {
    const isAgain = this.shown.state === "read";
    const rows = new Map<string, Image>();
    const ended = new AbortController();
    const begun = { refusal: null, isReading: true, begunAt: this.#now() };
    this.#show({ ...begun, ...(!isAgain && { state: "reading" }) });
    this.#unread.clear();
    try {
      await begin();
      const arrived = new Set<object>();
      const readPages = (filters: ListFilters) =>
        this.#client.listAllImages(
          filters,
          (page) => {
            for (const image of page) rows.set(image.id, image);
            // Rows that are shown stand still: those that the other list puts between them come first.
            const isShown = arrived.add(filters).size === this.#lists.length && !isAgain;
            if (isShown) this.#show({}, changeAll(rows, this.#meanwhile));
          },
          ended.signal,
        );
      await Promise.all(this.#lists.map(readPages));
      const all = changeAll(rows, this.#meanwhile);
      this.#show({ state: "read", isReading: false, readAt: this.#now() }, all);
    } catch (error) {
      ended.abort();
      this.#show({ refusal: toRefusal(error), isReading: false, ...(!isAgain && { state: "none" }) });
    }
  }

  /** Takes in what the feed told, and reads what could not be read before. @param again reads the whole list, where much is new */
  async takeIn(changes: readonly Change[], account: string, again: () => Promise<void>): Promise<void> {
    if (this.shown.state === "none" || changes.length + this.#unread.size === 0) return;
    const unknown = new Set<string>();
    this.#change((rows) => {
      unknown.clear();
      for (const change of changes) {
        const { image: id } = change;
        const [row, stays] = [rows.get(id), staysInList(change, account)];
        unknown.delete(id);
        if (stays === false) rows.delete(id);
        else if (row && stays) rows.set(id, applyChange(row, change));
        else unknown.add(id);
      }
    });
    const alone = new Set([...unknown, ...this.#unread]);
    if (alone.size > maxReadAlone) return await again();
    await Promise.all([...alone].map((id) => this.#readAlone(id)));
    const isWhole = this.#unread.size === 0 && this.shown.refusal === this.#unreadRefusal;
    if (isWhole && this.shown.refusal) this.#show({ refusal: null });
  }

  /** While it cannot be read, the list says that it is not whole. */
  async #readAlone(id: string): Promise<void> {
    try {
      const { image } = await this.#client.getImage(id);
      this.#change((rows) => rows.set(id, image));
      this.#unread.delete(id);
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.status === 404) {
        this.remove(id);
        this.#unread.delete(id);
      } else {
        this.#unread.add(id);
        this.#unreadRefusal = refusal;
        this.#show({ refusal });
      }
    }
  }
}

function changeAll(before: ReadonlyMap<string, Image>, changes: readonly RowChange[]): Map<string, Image> {
  const rows = new Map(before);
  for (const change of changes) change(rows);
  return rows;
}
