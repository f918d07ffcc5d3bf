import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { addTags, deleteTags, getTags, readAudit, replaceTags, revert } from "../support/edits.ts";
import { bob, provision } from "../support/fixtures.ts";
import { propertyOptions } from "../support/property-options.ts";
import { image, newest, provisionThree } from "../support/safe-writes.ts";

const hostileKeys = [
  ...['a"b', "a.b", "$[]", "$.a", "[0]", "#-1", "'", "\\", 'a\\"b', "😀", "__proto__", "constructor", "\u2028"],
  ...["\u007f", "\n", "\u0001", "%", "%2F", "a/b", "?", "&=", " ", "0", "-1", "ü", "null", "x".repeat(300), "..."],
];

const hostileValues: readonly unknown[] = [
  ...[1e21, 1.5e-7, 0.1, 0.30000000000000004, -0.5, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 2 ** 63, 1e20, 5e-324],
  ...[1.7976931348623157e308, 0, -1, null, true, false, "", "1", "null", "\u0001", '\u2028"\\/😀', [], {}, [[[]]]],
  ...[[true, false, null, [true]], { a: { b: null } }, { a: [{ b: null, c: [null, 1.5, 1e21] }] }, [1e21, 1.5e-7, 0.1]],
];

type Tag = readonly [string, unknown];

/** Own keys of any name, `__proto__` too, as JavaScript orders them. */
const toObject = (tags: readonly Tag[]): Record<string, unknown> => Object.fromEntries(tags);

const isStorable = (value: unknown): boolean => !JSON.stringify(value).includes("\\u0000");

/** A URL has no part that is empty or all dots. */
const isPathPart = (key: string): boolean => !/^\.{0,2}$/.test(key);

const key = fc.oneof(
  fc.constantFrom(...hostileKeys, "", ".", ".."),
  fc.string({ unit: "grapheme", maxLength: 8 }).filter(isStorable),
);
const value = fc.oneof(fc.constantFrom(...hostileValues), fc.jsonValue({ maxDepth: 4 }).filter(isStorable));
const tags = fc.uniqueArray(fc.tuple(key, value), { maxLength: 12, selector: ([name]) => name });

/** Expects that the text has these tags, and that the service answers them. */
async function expectTags(text: string, expected: Record<string, unknown>): Promise<void> {
  expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(expected));
  expect((await getTags()).text).toBe(text);
}

/** Reads and deletes some of the tags, one by one. */
async function deleteSome(stored: Record<string, unknown>, some: readonly Tag[]): Promise<void> {
  for (const name of some.map(([name]) => name).filter(isPathPart)) {
    expect(JSON.stringify((await getTags(name)).json)).toBe(JSON.stringify(stored[name]));
    expect((await deleteTags(name)).status).toBe(204);
    delete stored[name];
  }
}

/** Clears the tags and takes that back: the audit shows what was there. */
async function clearAndRevert(text: string): Promise<void> {
  await replaceTags({});
  const [entry] = await readAudit();
  const shown = text === "{}" ? undefined : JSON.stringify(JSON.parse(text));
  expect(shown === undefined || JSON.stringify(entry?.changes["tags"]?.before) === shown).toBe(true);
  if (shown !== undefined) await revert((entry?.revision ?? 0) - 1);
  expect((await getTags()).text).toBe(text);
}

describe("hostile tags", () => {
  it("survive every path as JavaScript reads them", async () => {
    await fc.assert(
      fc.asyncProperty(tags, tags, async (first, second) => {
        await provisionThree();
        const put = await replaceTags(JSON.stringify(toObject(first)));
        await expectTags(put.text, toObject(first));
        const added = await addTags(JSON.stringify(toObject(second)));
        const stored = toObject([...first, ...second]);
        await expectTags(added.text, stored);
        await deleteSome(stored, second.slice(0, 3));
        const { text } = await getTags();
        await expectTags(text, stored);
        await clearAndRevert(text);
      }),
      propertyOptions(500),
    );
  });

  it.each(hostileKeys)("are found, replaced and deleted one by one: %j", async (name) => {
    await provisionThree();
    const others = '{"a":1,"z":[1.5,null]}';
    await replaceTags(others);
    await addTags(JSON.stringify(toObject([[name, 1.5e-7]])));
    expect((await getTags(name)).text).toBe("1.5e-7");
    await addTags(JSON.stringify(toObject([[name, { "": null }]])));
    expect((await getTags(name)).text).toBe('{"":null}');
    const filter = `tag.${encodeURIComponent(name)}=${encodeURIComponent('{"":null}')}`;
    const list = await send({ method: "GET", path: `/my/images?${filter}`, headers: newest });
    expect(list.json).toMatchObject([{ id: image }]);
    expect((await deleteTags(name)).status).toBe(204);
    expect((await getTags()).text).toBe(others);
  });

  it("of a provisioned manifest are kept beside the added ones", async () => {
    await provisionThree();
    const nested = { deep: [{ a: null }, true] };
    const provisioned = { nested, n: 1.5e-7, i: 12, big: 1e21 };
    const manifest = { uuid: image, owner: bob.uuid, name: "my-image", version: "1.0.0", tags: provisioned };
    await provision(env.DB, { images: [manifest] });
    await addTags({ b: 1 });
    expect((await getTags()).json).toEqual({ ...provisioned, b: 1 });
  });
});
