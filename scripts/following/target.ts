import { type Answer, type CloudApi, describeRefusal, Unavailable } from "./cloud-api.ts";
import { hasId, type Source } from "./feed.ts";
import {
  compareImages,
  type Entry,
  type Field,
  type Image,
  isFirst,
  isSame,
  type Judgement,
  judge,
  type Known,
  leaveOutKnown,
  listNotCopied,
  makeKnown,
  readFirst,
  type Values,
} from "./rules.ts";

/** What came of a change at a target, or of a comparison: a line of the output. A target that has it all has no line. */
export type Outcome = {
  target: string;
  image: string;
  revision: number;
  dryRun?: true;
  /** The target has no such image. */
  missing?: true;
  /** Fields that are not the same, and that no change says how to bring together. */
  differs?: Values<{ source: unknown; target: unknown }>;
  applied?: Field[];
  overwritten?: Field[];
  conflicts?: Judgement["conflicts"];
  /** What the target said to an update of the field. */
  refused?: Values<string>;
  /** The target took the value, and shows another. */
  storedOtherwise?: Values<{ sent: unknown; stored: unknown }>;
  /** Changed fields that UpdateImage cannot set. */
  notCopied?: string[];
};

/** What comparing an image found: null if it is the same. */
export type Compared = { known: Known; outcome: Outcome | null };

type Found = { image: Image; etag: string | undefined };

type Options = { overwrite: boolean; dryRun: boolean };

/** How often somebody else may be faster before the follower waits. */
const maxRaces = 10;

/** What was sent of a change, and what came of it. */
class Sent {
  readonly applied = new Set<Field>();
  readonly refused: Values<string> = {};
  readonly storedOtherwise: NonNullable<Outcome["storedOtherwise"]> = {};
  overwritten: Field[] = [];
  /** One field at a time: the target refused them together. */
  isSingle = false;

  /** Whether nothing more can be done about a field. */
  isOver = (field: string): boolean => field in this.refused || field in this.storedOtherwise;

  note(update: Values, answer: Answer): void {
    const names = Object.keys(update) as Field[];
    const [first] = names;
    if (answer.status !== 200) {
      if (names.length === 1 && first) this.refused[first] = describeRefusal(answer);
      this.isSingle = true;
      return;
    }
    for (const field of names) {
      const stored = (answer.json as Image)[field] ?? null;
      if (isSame(field, stored, update[field])) this.applied.add(field);
      else this.storedOtherwise[field] = { sent: update[field], stored };
    }
  }
}

/** An account of a CloudAPI that changes are applied to. */
export class Target {
  readonly name: string;
  readonly #api: CloudApi;
  readonly #options: Options;
  /** What a dry run would have changed. */
  readonly #pretended = new Map<string, Values>();

  constructor(api: CloudApi, options: Options) {
    this.name = api.name;
    this.#api = api;
    this.#options = options;
  }

  /**
   * Applies a change, field by field where the target does not take it as a whole.
   *
   * @param known of an image that was compared: what was the same then is done
   * @returns null if the target has it all
   * @throws {Unavailable} the target does not say whether it has it
   */
  async follow(entry: Entry, known: Known | undefined): Promise<Outcome | null> {
    const isOld = known !== undefined && entry.revision <= known.revision;
    if (isFirst(entry)) return isOld ? null : await this.#compareFirst(entry);
    const change = isOld ? leaveOutKnown(entry, known) : entry;
    const notCopied = listNotCopied(change);
    const others = notCopied.length > 0 && !isOld ? { notCopied } : {};
    if (notCopied.length === Object.keys(change.changes).length) return this.#tell(entry, others);
    const result = await this.#apply(change);
    // The comparison has named what was not the same.
    if (result === "missing") return isOld ? null : this.#tell(entry, { missing: true, ...others });
    const { conflicts, ...done } = result;
    return this.#tell(entry, { ...done, ...(!isOld && { conflicts }), ...others });
  }

  /** Compares the account's image with the target's, both as they are now. */
  async compare(id: string, source: Source): Promise<Compared> {
    const found = await source.readImage(id);
    if (!found) return { known: makeKnown(Number.POSITIVE_INFINITY, {}), outcome: null };
    const { image, revision } = found;
    const own = await this.#readImage(id);
    if (!own)
      return { known: makeKnown(revision, image), outcome: this.#tell({ image: id, revision }, { missing: true }) };
    const differs = compareImages(image, own.image);
    return { known: makeKnown(revision, differs), outcome: this.#tell({ image: id, revision }, { differs }) };
  }

  async #compareFirst(entry: Entry): Promise<Outcome | null> {
    const own = await this.#readImage(entry.image);
    return this.#tell(entry, own ? { differs: compareImages(readFirst(entry), own.image) } : { missing: true });
  }

  async #apply(change: Entry) {
    const sent = new Sent();
    for (let races = 0; races < maxRaces; ) {
      const found = await this.#readImage(change.image);
      if (!found) return "missing";
      const { update, overwritten, conflicts } = judge(change, found.image, this.#options);
      const left = Object.entries(update).filter(([field]) => !sent.isOver(field));
      sent.overwritten.push(...overwritten);
      if (left.length === 0) return summarize(sent, conflicts);
      const next: Values = Object.fromEntries(sent.isSingle ? left.slice(0, 1) : left);
      const answer = await this.#update(change.image, next, found.etag);
      if ([404, 412].includes(answer.status)) races += 1;
      else sent.note(next, answer);
    }
    throw new Unavailable(this.name, `image ${change.image} changes all the time`);
  }

  async #readImage(id: string): Promise<Found | null> {
    const answer = await this.#api.send({ path: `/my/images/${id}` });
    if (answer.status === 404) return null;
    // A clock that is wrong, or a key that the target does not know: it will be mended, and nothing is to be left out.
    if (answer.status !== 200) throw new Unavailable(this.name, `the answer is ${describeRefusal(answer)}`);
    if (!hasId(id)(answer.json)) throw new Unavailable(this.name, "the answer is another image, or none");
    return { image: { ...answer.json, ...this.#pretended.get(id) }, etag: answer.headers.etag };
  }

  async #update(id: string, update: Values, etag: string | undefined): Promise<Answer> {
    if (this.#options.dryRun) {
      this.#pretended.set(id, { ...this.#pretended.get(id), ...update });
      return { status: 200, headers: {}, json: update };
    }
    const headers = etag === undefined ? {} : { "If-Match": etag };
    const answer = await this.#api.send({ path: `/my/images/${id}?action=update`, body: update, headers });
    if (answer.status === 200 && !hasId(id)(answer.json))
      throw new Unavailable(this.name, "the answer is another image, or none");
    return answer;
  }

  /** A line, or null if it would say nothing. */
  #tell({ image, revision }: Pick<Entry, "image" | "revision">, said: Partial<Outcome>): Outcome | null {
    const some = Object.entries(said).filter(([, value]) => value === true || Object.keys(Object(value)).length > 0);
    if (some.length === 0) return null;
    const { dryRun } = this.#options;
    return { target: this.name, image, revision, ...(dryRun && { dryRun }), ...Object.fromEntries(some) };
  }
}

function summarize(sent: Sent, conflicts: Judgement["conflicts"]): Partial<Outcome> {
  const { refused, storedOtherwise } = sent;
  const [overwritten, applied] = [true, false].map((was) =>
    [...sent.applied].filter((field) => sent.overwritten.includes(field) === was),
  );
  return {
    ...(applied && { applied }),
    ...(overwritten && { overwritten }),
    conflicts: Object.fromEntries(Object.entries(conflicts).filter(([field]) => !sent.isOver(field))),
    refused,
    storedOtherwise,
  };
}
