import type { Client } from "../api/client.ts";
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
  /** When all were read, in milliseconds since the epoch. One's own follow the feed from then on. */
  readAt: number | null;
};

/** Docker images are in a list of their own. docs/contract.md#listimages */
const lists = [{ state: "all" }, { state: "all", type: "docker" }];

/** More images that are new to the list are read with the whole list. */
const maxReadAlone = 10;

/** The list of images: read once, and kept true by what arrives. */
export class ImageRows {
  shown: ImageList = { images: [], state: "none", refusal: null, readAt: null };
  readonly #client: Client;
  readonly #onChange: () => void;
  #rows = new Map<string, Image>();

  constructor(client: Client, onChange: () => void) {
    this.#client = client;
    this.#onChange = onChange;
  }

  #show(part: Partial<ImageList>, rows?: Map<string, Image>): void {
    this.#rows = rows ?? this.#rows;
    this.shown = { ...this.shown, ...(rows && { images: [...rows.values()] }), ...part };
    this.#onChange();
  }

  /** Takes in an image as it is now. */
  put(image: Image): void {
    if (this.shown.state === "read" || this.#rows.has(image.id)) {
      this.#show({}, new Map(this.#rows).set(image.id, image));
    }
  }

  remove(id: string): void {
    const rows = new Map(this.#rows);
    if (rows.delete(id)) this.#show({}, rows);
  }

  /**
   * Reads all images. The first time they are shown as they come; later the earlier list stays until the new one is whole.
   *
   * @param begin is called first: from then on the feed tells what changes
   */
  async read(begin: () => Promise<void>): Promise<void> {
    const isAgain = this.shown.state === "read";
    const rows = new Map<string, Image>();
    this.#show({ refusal: null, ...(!isAgain && { state: "reading" }) });
    try {
      await begin();
      for (const filters of lists) {
        await this.#client.listAllImages(filters, (page) => {
          for (const image of page) rows.set(image.id, image);
          if (!isAgain) this.#show({}, new Map(rows));
        });
      }
      this.#show({ state: "read", readAt: Date.now() }, rows);
    } catch (error) {
      this.#show({ refusal: toRefusal(error), ...(!isAgain && { state: "none" }) });
    }
  }

  /** Takes in what the feed told. @param again reads the whole list, where much is new */
  async takeIn(changes: readonly Change[], account: string, again: () => Promise<void>): Promise<void> {
    if (this.shown.state === "none" || changes.length === 0) return;
    const rows = new Map(this.#rows);
    const unknown = new Set<string>();
    for (const change of changes) {
      const { image: id } = change;
      const [row, stays] = [rows.get(id), staysInList(change, account)];
      unknown.delete(id);
      if (stays === false) rows.delete(id);
      else if (row && stays) rows.set(id, applyChange(row, change));
      else unknown.add(id);
    }
    this.#show({}, rows);
    if (unknown.size > maxReadAlone) await again();
    else await Promise.all([...unknown].map((id) => this.#readAlone(id)));
  }

  async #readAlone(id: string): Promise<void> {
    const found = await this.#client.getImage(id).catch(() => null);
    if (found) this.#show({}, new Map(this.#rows).set(id, found.image));
    else this.remove(id);
  }
}
