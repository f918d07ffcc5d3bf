import { describe, expect, it } from "vitest";
import type { ImageHistory } from "../../src/images/image-audit.sql.ts";
import type { FoundImage } from "../../src/images/image-row.sql.ts";
import { assertAuditable } from "../../src/images/rules/audit.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { makeFound } from "../support/image-rows.ts";
import { catchRefusal } from "../support/refusals.ts";

const makeTheirs = (more: Partial<FoundImage> = {}) => makeFound({ owner: mallory.uuid, ...more });

const authorityGone = {
  code: "InvalidCredentials",
  message: "Invalid Signature: the login, the key and the signature do not go together",
  reason: "authority gone",
};
const notFound = { code: "ResourceNotFound", message: "image not found" };

describe("assertAuditable", () => {
  type Audited = Pick<ImageHistory, "hasAuthority" | "image" | "isOperator">;

  const makeHistory = (more: Partial<Audited> = {}): Audited => ({
    hasAuthority: true,
    image: makeFound(),
    isOperator: false,
    ...more,
  });

  it("accepts the owner and operators, for hidden and destroyed images too", () => {
    for (const history of [
      makeHistory(),
      makeHistory({ image: makeFound({ state: "destroyed" }) }),
      makeHistory({ image: makeTheirs(), isOperator: true }),
      makeHistory({ image: makeTheirs({ state: "destroyed" }), isOperator: true }),
    ]) {
      expect(() => assertAuditable(history, bob.uuid)).not.toThrow();
    }
  });

  it("throws InvalidCredentials first, when the authority is gone", () => {
    for (const image of [null, makeFound(), makeTheirs({ public: true })]) {
      const history = makeHistory({ hasAuthority: false, image, isOperator: true });
      expect(catchRefusal(() => assertAuditable(history, bob.uuid))).toEqual(authorityGone);
    }
  });

  it("throws ResourceNotFound for a missing image, even to an operator, and for a hidden one", () => {
    for (const more of [
      { image: null, isOperator: true },
      { image: makeTheirs() },
      { image: makeTheirs({ state: "destroyed", public: true }) },
    ]) {
      expect(catchRefusal(() => assertAuditable(makeHistory(more), bob.uuid))).toEqual(notFound);
    }
  });

  it("throws NotImageOwner for another account's image that the caller can see", () => {
    const history = makeHistory({ image: makeTheirs({ public: true }) });
    expect(catchRefusal(() => assertAuditable(history, bob.uuid))).toEqual({
      code: "NotImageOwner",
      message: "only the owner of an image, and operators, may see its history",
    });
  });
});
