import { env } from "cloudflare:workers";
import { type SQL, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { databaseFor } from "../../src/db/client.ts";
import { images } from "../../src/db/schema.ts";
import { type Placeholders, query, statement } from "../../src/db/statement.ts";
import { isActivated, isVisible, requireVisible } from "../../src/images/rules/visibility.ts";
import { isVisible as isVisibleInSql, selectVisible } from "../../src/images/visibility.sql.ts";
import { bob, carol, mallory, provision } from "../support/fixtures.ts";
import { makeFound } from "../support/image-rows.ts";
import { catchRefusal } from "../support/refusals.ts";
import { makeUuid } from "../support/uuids.ts";

const states = ["active", "unactivated", "disabled", "creating", "failed", "destroyed"] as const;

/** bob owns every image, mallory is on the acl of the shared ones, carol is on none. */
const viewers = { owner: bob.uuid, "account on the acl": mallory.uuid, stranger: carol.uuid };

/** An acl that shares an image with mallory; in the second, bob shares it with himself too. */
const acls = [[], [mallory.uuid], [bob.uuid, mallory.uuid]];

/** An image of every kind. */
const allImages = states
  .flatMap((state) => [true, false].flatMap((isPublic) => acls.map((acl) => ({ state, public: isPublic, acl }))))
  .map((image, index) => ({ ...image, uuid: makeUuid(index), owner: bob.uuid, name: "n", version: "1" }));

type TestImage = (typeof allImages)[number];

/** The kinds of image that each viewer can see, one by one: docs/contract.md#visibility. */
const visible: Readonly<Record<keyof typeof viewers, readonly string[]>> = {
  owner: ["active", "unactivated", "disabled", "creating", "failed"].flatMap((state) => [
    `${state}`,
    `${state} public`,
    `${state} shared`,
    `${state} public shared`,
  ]),
  "account on the acl": [
    "active public",
    "active shared",
    "active public shared",
    "disabled public",
    "disabled shared",
    "disabled public shared",
  ],
  stranger: ["active public", "active public shared", "disabled public", "disabled public shared"],
};

const describeImage = ({ state, public: isPublic, acl }: TestImage): string =>
  [state, isPublic && "public", acl.includes(mallory.uuid) && "shared"].filter(Boolean).join(" ");

const listVisible = (viewer: keyof typeof viewers): string[] =>
  allImages.filter((image) => visible[viewer].includes(describeImage(image))).map(({ uuid }) => uuid);

const rows = Object.entries(viewers).map(([viewer, account]) => ({ viewer: viewer as keyof typeof viewers, account }));

describe("isVisible", () => {
  it.each(rows)("is true for what the $viewer can see, and for nothing else", ({ viewer, account }) => {
    const seen = allImages.filter((image) => isVisible({ ...image, isShared: image.acl.includes(account) }, account));
    expect(seen.map(({ uuid }) => uuid)).toEqual(listVisible(viewer));
  });
});

describe("the same rule in SQL", () => {
  beforeAll(() => provision(env.DB, { images: allImages }));

  type Values = { account: string };

  const readUuids = async (account: string, condition: (value: Placeholders<Values>) => SQL): Promise<string[]> => {
    const select = statement<Values>().returnsRows(
      () => ({ uuid: images.uuid }),
      (columns, value) => query.select(columns).from(images).where(condition(value)).orderBy(images.uuid),
    );
    const found = await databaseFor(env.DB, { calls: 0, milliseconds: 0 }).all(select.with({ account }));
    return found.map(({ uuid }) => uuid);
  };

  it.each(rows)("isVisible selects what the $viewer can see, and nothing else", async ({ viewer, account }) => {
    const found = await readUuids(account, (value) => isVisibleInSql(images, value.account));
    expect(found).toEqual(listVisible(viewer));
  });

  it.each(rows)("selectVisible selects what the $viewer can see, and nothing else", async ({ viewer, account }) => {
    const found = await readUuids(account, (value) => sql`${images}.rowid IN (${selectVisible(value.account)})`);
    expect(found).toEqual(listVisible(viewer));
  });
});

it("isActivated is true for active and disabled images only", () => {
  expect(states.filter((state) => isActivated({ state }))).toEqual(["active", "disabled"]);
});

describe("requireVisible", () => {
  it("answers an image that the account can see", () => {
    const image = makeFound();
    expect(requireVisible(image, bob.uuid)).toBe(image);
  });

  it("throws the same for a hidden image and for one that does not exist", () => {
    for (const image of [makeFound(), null]) {
      expect(catchRefusal(() => requireVisible(image, mallory.uuid))).toEqual({
        code: "ResourceNotFound",
        message: "image not found",
      });
    }
  });
});
