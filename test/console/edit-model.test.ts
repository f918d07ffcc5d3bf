import fc from "fast-check";
import { expect, it } from "vitest";
import type { Image, JsonObject, Update } from "../../src/console/api/image.ts";
import {
  choose,
  discard,
  type Edit,
  judgeEdit,
  noEdit,
  noteRefused,
  noteSaved,
  noteSent,
  readTagsDraft,
  readText,
  rebase,
  takeTheirs,
  typeTags,
  typeText,
} from "../../src/console/edit/edit.ts";
import { readTag } from "../../src/console/edit/merge.ts";
import { readTags } from "../../src/console/edit/tag-rows.ts";

/**
 * Two tabs and somebody else edit one image. A model keeps what each tab's person typed, until it is saved, given up, or lost to
 * a choice; every value that is typed is another one, so that each has one author.
 */

const steps = process.env["LONG"] ? 10_000 : 200;
const fields = ["version", "description", "tags.a", "tags.b"] as const;
type FieldName = (typeof fields)[number];
type Author = 0 | 1 | "else";

/** A write on its way: what it changes, over which revision, and what the service said. */
type Flight = { update: Update; over: number; answer: "none" | "saved" | "refused"; madeAt: number };

type Tab = {
  image: Image;
  revision: number;
  edit: Edit;
  /** What the person typed and has not saved, by field. */
  typed: Map<FieldName, string>;
  /** Values that the person saw at a field: shown there, or beside the own one when they chose. */
  seen: Map<FieldName, Set<unknown>>;
  flight: Flight | null;
  /** A write that no answer came to. It can be asked for again. */
  silent: Flight | null;
};

const start: Image = {
  id: "eca995fe-b904-11e3-b05a-83a4899322dc",
  ...{ name: "n", version: "0", requirements: {}, public: false, state: "active" },
  owner: "47034e57-42d1-0342-b302-00db733e8c8a",
  tags: { a: "a0", b: "b0" },
};

const tagOf = (field: FieldName): string | null => (field.startsWith("tags.") ? field.slice(5) : null);

/** The value of a field, or of a tag, as a text; undefined where it is absent. */
function readField(image: Pick<Image, "tags"> & Update, field: FieldName): unknown {
  const tag = tagOf(field);
  if (tag !== null) return readTag((image.tags ?? {}) as JsonObject, tag); // as: tags are an object
  return (image as Record<string, unknown>)[field] ?? undefined;
}

class World {
  image = start;
  revision = 1;
  readonly authors = new Map<unknown, Author>();
  #serial = 0;
  readonly tabs: Tab[] = [0, 1].map(() => ({
    ...{ image: start, revision: 1, edit: noEdit, typed: new Map(), seen: new Map(), flight: null, silent: null },
  }));

  makeValue(field: FieldName, author: Author): string {
    this.#serial += 1;
    const text = `${field}.${this.#serial}`;
    this.authors.set(text, author);
    return text;
  }

  /** Somebody else writes a field. */
  write(field: FieldName): void {
    const [tag, value] = [tagOf(field), this.makeValue(field, "else")];
    const update = tag === null ? { [field]: value } : { tags: { ...this.image.tags, [tag]: value } };
    this.image = { ...this.image, ...update };
    this.revision += 1;
  }
}

const showAll = (tab: Tab) => {
  for (const field of fields) {
    const tag = tagOf(field);
    const draft = readTags(readTagsDraft(tab.edit, tab.image));
    const shown =
      tag === null
        ? readText(tab.edit, tab.image, field as "version") // as: no tag
        : "tags" in draft && readTag(draft.tags, tag);
    const seen = tab.seen.get(field) ?? new Set();
    tab.seen.set(field, seen.add(shown === "" ? undefined : shown));
    // Nothing that was typed is lost, and nothing else is shown in its place.
    expect(shown ?? "").toBe(tab.typed.get(field) ?? readField(tab.image, field) ?? "");
  }
};

function arrive(tab: Tab, image: Image, revision: number): void {
  if (revision < tab.revision) return;
  Object.assign(tab, { image, revision, edit: rebase(tab.edit, image) });
  forgetStored(tab);
}

/** What the image has is typed no more. */
function forgetStored(tab: Tab): void {
  for (const [field, text] of tab.typed) if (readField(tab.image, field) === text) tab.typed.delete(field);
}

type Step = { at: number; what: string; field: FieldName; side: "theirs" | "mine" };

const act: Readonly<Record<string, (world: World, tab: Tab, step: Step) => void>> = {
  type: (world, tab, { at, field }) => {
    const [text, tag] = [world.makeValue(field, at as Author), tagOf(field)]; // as: one of the two tabs
    tab.typed.set(field, text);
    if (tag === null) {
      tab.edit = typeText(tab.edit, tab.image, { field: field as "version", text }); // as: no tag
      return;
    }
    const draft = readTagsDraft(tab.edit, tab.image);
    if (draft.mode !== "rows") throw new Error("rows");
    const others = draft.rows.filter(({ key }) => key !== tag);
    tab.edit = typeTags(tab.edit, tab.image, {
      mode: "rows",
      rows: [...others, { id: tag, key: tag, text, type: "text" }],
    });
  },
  send: (_, tab) => {
    const { update, mistakes, conflicts } = judgeEdit(tab.edit, tab.image);
    if (tab.flight || Object.keys(mistakes).length > 0 || conflicts.some(({ side }) => side === null)) return;
    if (Object.keys(update).length === 0) {
      for (const { field, side } of conflicts) if (side === "theirs") tab.typed.delete(field as FieldName); // as: of the model
      tab.edit = takeTheirs(tab.edit, tab.image);
      return;
    }
    tab.edit = noteSent(tab.edit, tab.image, update);
    tab.flight = { update, over: tab.revision, answer: "none", madeAt: 0 };
  },
  serve: (world, { flight, seen }) => {
    if (flight?.answer !== "none") return;
    flight.answer = flight.over === world.revision ? "saved" : "refused";
    if (flight.answer === "refused") return;
    for (const field of fields) {
      const before = readField(world.image, field);
      const isWritten = tagOf(field) === null ? field in flight.update : "tags" in flight.update;
      // Whatever is overwritten was seen by who overwrites it.
      if (isWritten && readField(flight.update as Image, field) !== before) expect(seen.get(field)).toContain(before); // as: a part
    }
    world.image = { ...world.image, ...flight.update } as Image; // as: what is typed is valid
    world.revision += 1;
    flight.madeAt = world.revision;
  },
  answer: (world, tab) => {
    const { flight } = tab;
    if (!flight || flight.answer === "none") return;
    tab.flight = null;
    if (flight.answer === "refused") {
      tab.edit = noteRefused(tab.edit, flight.update);
      arrive(tab, world.image, world.revision);
      return;
    }
    acknowledge(tab, flight);
  },
  lose: (_, tab) => {
    if (!tab.flight) return;
    if (tab.flight.answer === "saved") tab.silent = tab.flight;
    tab.flight = null;
  },
  again: (_, tab) => {
    if (!tab.silent || tab.flight) return;
    const { silent } = tab;
    tab.silent = null;
    acknowledge(tab, silent);
  },
  else: (world, _, { field }) => world.write(field),
  share: (world, tab) => {
    world.image = { ...world.image, acl: [...(world.image.acl ?? []), start.id] };
    world.revision += 1;
    if (tab.revision === world.revision - 1) arrive(tab, world.image, world.revision);
  },
  look: (world, tab) => arrive(tab, world.image, world.revision),
  choose: (_, tab, { field, side }) => {
    const conflict = judgeEdit(tab.edit, tab.image).conflicts.find((each) => each.field === field);
    if (!conflict) return;
    tab.seen.get(field)?.add(conflict.theirs ?? undefined);
    tab.edit = choose(tab.edit, conflict, side);
  },
  discard: (_, tab) => {
    tab.edit = discard(tab.edit);
    tab.typed.clear();
  },
};

/** The service says that the write was made, now or the first time. */
function acknowledge(tab: Tab, { update, madeAt }: Flight): void {
  const lost = judgeEdit(tab.edit, tab.image).conflicts.filter(({ side }) => side === "theirs");
  for (const [field, text] of tab.typed) {
    if (readField(update as Image, field) === text) tab.typed.delete(field); // as: a part of an image
  }
  // The answer shows the image as the write left it.
  if (madeAt > tab.revision) {
    const image = { ...tab.image, ...update } as Image; // as: what is typed is valid
    Object.assign(tab, { image, revision: madeAt, edit: rebase(tab.edit, image) });
  }
  tab.edit = noteSaved(tab.edit, update, tab.image);
  for (const { field, theirs } of lost) {
    if (readField(tab.image, field as FieldName) === theirs) tab.typed.delete(field as FieldName); // as: of the model
  }
  tab.edit = takeTheirs(tab.edit, tab.image);
  forgetStored(tab);
}

function checkConflicts(world: World, tab: Tab, at: number): void {
  for (const { theirs } of judgeEdit(tab.edit, tab.image).conflicts) expect(world.authors.get(theirs)).not.toBe(at);
}

const kinds = Object.keys(act);

/** Steps that often come together. */
const whole: Readonly<Record<string, string[]>> = {
  save: ["send", "serve", "answer"],
  silence: ["send", "serve", "lose"],
};

const step = fc.record({
  at: fc.constantFrom(0, 0, 0, 1),
  what: fc.constantFrom(
    ...kinds,
    ...["type", "save", "else", "look", "choose"].flatMap((kind) => [kind, kind, kind]),
    "silence",
  ),
  // Mostly the same ones, so that what is done meets.
  field: fc.constantFrom(...fields, "version" as const, "version" as const, "tags.a" as const, "tags.a" as const),
  side: fc.constantFrom("theirs" as const, "mine" as const),
});

const makeStep = (what: string) => ({ at: 0 as const, what, field: "tags.a" as const, side: "mine" as const });

it("whatever two tabs and somebody else do, nothing typed is lost, nothing of one's own is called foreign, and nothing unseen is overwritten", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 80, size: "max" }), (all) => {
      const world = new World();
      world.tabs.forEach(showAll);
      for (const each of all) {
        const tab = world.tabs[each.at];
        if (!tab) throw new Error("a tab");
        for (const what of whole[each.what] ?? [each.what]) act[what]?.(world, tab, each);
        for (const [at, one] of world.tabs.entries()) {
          showAll(one);
          checkConflicts(world, one, at);
        }
      }
    }),
    // An answer that is lost, and more typed into the same tag: rarely met by chance.
    { numRuns: steps, examples: [[["type", "silence", "type", "look"].map(makeStep)]] },
  );
});
