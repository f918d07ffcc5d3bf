import { beforeAll, describe, expect, it } from "vitest";
import { bob, mallory } from "../support/fixtures.ts";
import { listIds, listImages, storeImages, type TestManifest } from "../support/image-lists.ts";
import { makeUuid } from "../support/uuids.ts";

const states = ["active", "unactivated", "disabled", "creating", "failed", "destroyed"] as const;

/** One image of each state and owner, mallory's all public and shared with bob. Also of each type that a list may hide. */
const images: readonly TestManifest[] = [bob.uuid, mallory.uuid].flatMap((owner, account) =>
  states.flatMap((state, at) =>
    ["zvol", "docker"].map((type, kind) => ({
      ...{ uuid: makeUuid(account * 100 + at * 10 + kind), owner, name: `${state}-${type}`, version: "1", state, type },
      ...{ public: owner === mallory.uuid, acl: owner === mallory.uuid ? [bob.uuid] : [] },
    })),
  ),
);

/** The names of an account's images that a list shows. */
async function listNames(query: string, owner: string): Promise<string[]> {
  const ids = new Set(listIds(await listImages(query)));
  return images.filter((image) => image.owner === owner && ids.has(image.uuid)).map(({ name }) => name);
}

describe("ListImages by state shows", () => {
  beforeAll(() => storeImages(images));

  it.each<[state: string | undefined, own: readonly string[], others: readonly string[]]>([
    [undefined, ["active"], ["active"]],
    ["", ["active"], ["active"]],
    ["active", ["active"], ["active"]],
    ["disabled", ["disabled"], []],
    ["creating", ["creating"], []],
    ["failed", ["failed"], []],
    ["unactivated", ["unactivated", "creating", "failed"], []],
    ["all", ["active", "unactivated", "disabled", "creating", "failed"], ["active"]],
  ])("of %s these of one's own, and these of others", async (state, own, others) => {
    const query = state === undefined ? "?" : `?state=${state}&`;
    const ofType = (names: readonly string[], type: string) => names.map((name) => `${name}-${type}`);
    expect(await listNames(query, bob.uuid)).toEqual(ofType(own, "zvol"));
    expect(await listNames(query, mallory.uuid)).toEqual(ofType(others, "zvol"));
    expect(await listNames(`${query}type=docker`, bob.uuid)).toEqual(ofType(own, "docker"));
    expect(await listNames(`${query}type=docker`, mallory.uuid)).toEqual(ofType(others, "docker"));
    const both = own.flatMap((name) => [`${name}-zvol`, `${name}-docker`]);
    expect(await listNames(`${query}type=!smartos`, bob.uuid)).toEqual(both);
  });
});
