import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bob, carol, mallory } from "../support/fixtures.ts";
import { listIds, listImages, storeImages, type TestManifest } from "../support/image-lists.ts";
import { propertyOptions } from "../support/property-options.ts";
import { makeUuid } from "../support/uuids.ts";

const names = fc.constantFrom("a", "b", "ab", "A", "a_b", "a b");

const manifests: fc.Arbitrary<TestManifest[]> = fc
  .array(
    fc.record(
      {
        owner: fc.constantFrom(bob.uuid, mallory.uuid, carol.uuid),
        name: names,
        version: fc.constantFrom("1", "2", "1.2"),
        state: fc.constantFrom("active", "active", "unactivated", "disabled", "creating", "failed", "destroyed"),
        public: fc.boolean(),
        type: fc.constantFrom("zone-dataset", "zvol", "lx-dataset", "docker", "null"),
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
        // Only an image that is being made has no type.
        ...(manifest.type === "null" && !["creating", "failed"].includes(manifest.state) && { type: "docker" }),
        state: manifest.state as TestManifest["state"],
        uuid: makeUuid(index),
      }),
    ),
  );

/** Whether bob can list an image by some state, without the code under test. docs/contract.md#visibility */
const isVisible = ({ owner, state, public: isPublic, acl }: TestManifest): boolean =>
  owner === bob.uuid || (["active", "disabled"].includes(state) && (isPublic || acl.includes(bob.uuid)));

type Filter = { name: string; value: string; matches: (manifest: TestManifest) => boolean };

const formatTag = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** `!` negates a type; an image without a type has none of them. */
const typeFilter = fc.tuple(fc.boolean(), fc.constantFrom("zvol", "docker", "nope")).map(
  ([isNegated, wanted]): Filter => ({
    name: "type",
    value: `${isNegated ? "!" : ""}${wanted}`,
    matches: ({ type }) => (type === wanted) !== isNegated,
  }),
);

const filters: fc.Arbitrary<Filter> = fc.oneof(
  fc
    .oneof(names, fc.constantFrom("a%b", "ü😀"))
    .map((value): Filter => ({ name: "name", value, matches: ({ name }) => name === value })),
  fc
    .constantFrom("a", "b", "_", "%", "ü")
    .map((part): Filter => ({ name: "name", value: `~${part}`, matches: ({ name }) => name.includes(part) })),
  fc.constantFrom("linux", "plan9").map((value): Filter => ({ name: "os", value, matches: ({ os }) => os === value })),
  fc.constant("1").map((value): Filter => ({ name: "version", value, matches: ({ version }) => version === value })),
  fc
    .constantFrom("1", "2", ".")
    .map((part): Filter => ({ name: "version", value: `~${part}`, matches: ({ version }) => version.includes(part) })),
  typeFilter,
  fc
    .constantFrom("name", "os", "version", "type", "public", "owner")
    .map((name): Filter => ({ name, value: "", matches: () => true })),
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
        matches: ({ tags }) => tags !== undefined && Object.hasOwn(tags, key) && formatTag(tags[key]) === value,
      }),
    ),
  ),
);

const stateFilter = fc.constantFrom(
  undefined,
  "",
  "active",
  "disabled",
  "unactivated",
  "creating",
  "failed",
  "all",
  "destroyed",
);

/** Whether the state is asked for: of the states only `active` shows images of others. docs/contract.md#listimages */
function isInState({ owner, state }: TestManifest, wanted: string | undefined): boolean {
  const isOwn = owner === bob.uuid;
  if (!wanted || wanted === "active") return state === "active";
  if (wanted === "all") return (isOwn && state !== "destroyed") || state === "active";
  if (wanted === "unactivated") return isOwn && ["unactivated", "creating", "failed"].includes(state);
  return isOwn && state === wanted;
}

/** Whether the list hides an image because its type is docker: a filter on the type shows it. */
const isHiddenDocker = ({ type }: TestManifest, wanted: readonly Filter[]): boolean =>
  type === "docker" && !wanted.some(({ name, value }) => name === "type" && value !== "");

const readTime = ({ published_at }: TestManifest): number =>
  published_at ? Date.parse(published_at) : Number.NEGATIVE_INFINITY;

const compareImages = (a: TestManifest, b: TestManifest): number =>
  readTime(a) === readTime(b) ? (a.uuid < b.uuid ? -1 : 1) : readTime(a) - readTime(b);

describe("ListImages", () => {
  it("answers what the account can see and the filters match, in order, as a whole and in pages", async () => {
    const cases = fc.tuple(
      manifests,
      fc.uniqueArray(filters, { selector: ({ name }) => name, maxLength: 2 }),
      stateFilter,
    );
    await fc.assert(
      fc.asyncProperty(cases, fc.integer({ min: 1, max: 7 }), async ([images, wanted, state], limit) => {
        await storeImages(images);
        const expected = images
          .filter(
            (image) =>
              isVisible(image) &&
              isInState(image, state) &&
              !isHiddenDocker(image, wanted) &&
              wanted.every(({ matches }) => matches(image)),
          )
          .sort(compareImages)
          .map(({ uuid }) => uuid);
        const query = [
          ...wanted.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`),
          ...(state === undefined ? [] : [state === "destroyed" ? "destroyed=true" : `state=${state}`]),
        ].join("&");
        expect(listIds(await listImages(`?${query}`))).toEqual(expected);

        const paged: string[] = [];
        for (
          let page = await listImages(`?limit=${limit}&${query}`);
          ;
          page = await listImages(`?limit=${limit}&marker=${paged.at(-1)}&${query}`)
        ) {
          const ids = listIds(page);
          paged.push(...ids);
          if (ids.length < limit) break;
        }
        expect(paged).toEqual(expected);
      }),
      propertyOptions(1000),
    );
  });
});
