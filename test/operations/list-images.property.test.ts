import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bob, mallory } from "../fixtures.ts";
import { idsOf, list, stored, type TestManifest, uuidOf } from "../image-lists.ts";

const trent = "22222222-2222-4222-8222-222222222222";

const text = fc.constantFrom("a", "b", "ab", "A", "a%b_", "ü😀");

const manifests: fc.Arbitrary<TestManifest[]> = fc
  .array(
    fc.record(
      {
        owner: fc.constantFrom(bob.uuid, mallory.uuid, trent),
        name: text,
        version: fc.constantFrom("1", "2"),
        state: fc.constantFrom("active", "active", "unactivated", "disabled", "creating", "failed", "destroyed"),
        public: fc.boolean(),
        type: fc.constantFrom("zone-dataset", "zvol", "lx-dataset", "null"),
        os: fc.constantFrom("linux", "smartos"),
        published_at: fc.constantFrom(
          "2013-11-25T17:44:54Z",
          "2013-11-25T17:44:54.123Z",
          "2013-11-25T17:44:55Z",
          "2020-01-01T00:00:00.000Z",
        ),
        acl: fc.subarray([bob.uuid, mallory.uuid]),
        tags: fc.dictionary(
          fc.constantFrom("role", "n", "tag.x"),
          fc.constantFrom<unknown>("db", 1, 1.5, true, null, "1", "true", { a: [1] }),
          { maxKeys: 2 },
        ),
      },
      { requiredKeys: ["owner", "name", "version", "state", "public", "acl"] },
    ),
    { maxLength: 25 },
  )
  .map((some) =>
    some.map(
      (manifest, index): TestManifest => ({
        ...manifest,
        state: manifest.state as TestManifest["state"],
        uuid: uuidOf(index),
      }),
    ),
  );

/** What bob may see, said again in the test. CONTRACT §6. */
const isVisible = ({ owner, state, public: isPublic, acl }: TestManifest): boolean =>
  state !== "destroyed" &&
  (owner === bob.uuid || (["active", "disabled"].includes(state) && (isPublic || acl.includes(bob.uuid))));

type Filter = { name: string; value: string; matches: (manifest: TestManifest) => boolean };

const tagText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

const filters: fc.Arbitrary<Filter> = fc.oneof(
  text.map((value): Filter => ({ name: "name", value, matches: ({ name }) => name === value })),
  fc
    .constantFrom("a", "b", "%", "ü")
    .map((part): Filter => ({ name: "name", value: `~${part}`, matches: ({ name }) => name.includes(part) })),
  fc.constantFrom("linux", "plan9").map((value): Filter => ({ name: "os", value, matches: ({ os }) => os === value })),
  fc.constant("1").map((value): Filter => ({ name: "version", value, matches: ({ version }) => version === value })),
  fc
    .constantFrom("zvol", "nope")
    .map((value): Filter => ({ name: "type", value, matches: ({ type }) => type === value })),
  fc
    .boolean()
    .map(
      (value): Filter => ({ name: "public", value: String(value), matches: (manifest) => manifest.public === value }),
    ),
  fc
    .constantFrom(bob.uuid, mallory.uuid, "x")
    .map((value): Filter => ({ name: "owner", value, matches: ({ owner }) => owner === value })),
  fc.constantFrom("db", "1", "1.5", "true", "null", '{"a":[1]}').chain((value) =>
    fc.constantFrom("role", "n", "tag.x").map(
      (key): Filter => ({
        name: `tag.${key}`,
        value,
        matches: ({ tags }) => tags !== undefined && Object.hasOwn(tags, key) && tagText(tags[key]) === value,
      }),
    ),
  ),
);

const stateFilter = fc.constantFrom(undefined, "active", "disabled", "unactivated", "creating", "failed", "all");

const inState = (manifest: TestManifest, state = "active"): boolean =>
  state === "all" ? manifest.owner === bob.uuid || manifest.state === "active" : manifest.state === state;

const milliseconds = ({ published_at }: TestManifest): number =>
  published_at ? Date.parse(published_at) : Number.NEGATIVE_INFINITY;

const inOrder = (a: TestManifest, b: TestManifest): number =>
  milliseconds(a) === milliseconds(b) ? (a.uuid < b.uuid ? -1 : 1) : milliseconds(a) - milliseconds(b);

describe("ListImages", () => {
  it("answers what the account may see and the filters match, in order, whole and in pages", async () => {
    const cases = fc.tuple(
      manifests,
      fc.uniqueArray(filters, { selector: ({ name }) => name, maxLength: 2 }),
      stateFilter,
    );
    await fc.assert(
      fc.asyncProperty(cases, fc.integer({ min: 1, max: 7 }), async ([images, wanted, state], limit) => {
        await stored(images);
        const expected = images
          .filter((image) => isVisible(image) && inState(image, state) && wanted.every(({ matches }) => matches(image)))
          .sort(inOrder)
          .map(({ uuid }) => uuid);
        const query = [
          ...wanted.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`),
          ...(state ? [`state=${state}`] : []),
        ].join("&");
        expect(idsOf(await list(`?${query}`))).toEqual(expected);

        const paged: string[] = [];
        for (
          let page = await list(`?limit=${limit}&${query}`);
          ;
          page = await list(`?limit=${limit}&marker=${paged.at(-1)}&${query}`)
        ) {
          const ids = idsOf(page);
          paged.push(...ids);
          if (ids.length < limit) break;
        }
        expect(paged).toEqual(expected);
      }),
      { numRuns: env.SCALE === "full" ? 1000 : 60 },
    );
  });
});
