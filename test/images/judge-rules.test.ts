import { describe, expect, it } from "vitest";
import {
  judgeAddedTags,
  judgeGrants,
  judgeRemoval,
  judgeRevert,
  judgeTagDeletion,
} from "../../src/images/rules/operation-judges.ts";
import type { WriteOutcome } from "../../src/images/write-outcome.sql.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { makeFound } from "../support/image-rows.ts";
import { catchRefusal } from "../support/refusals.ts";
import { makeUuid } from "../support/uuids.ts";

/** bob's request under release 9.0.0 with an If-Match that is stale, which every rule here goes before. */
const stale = {
  account: bob.uuid,
  release: "9.0.0" as const,
  preconditions: { ifMatch: [7], ifNoneMatch: null, isMatchRequired: false },
  requestHash: null,
  maxImageBytes: 5,
};

const request = { ...stale, preconditions: { ...stale.preconditions, ifMatch: null } };

const makeOutcome = (more: Partial<WriteOutcome> = {}): WriteOutcome => ({
  hasAuthority: true,
  applied: null,
  image: makeFound(),
  differs: true,
  excessBytes: null,
  secondsUntilRoom: null,
  ...more,
});

const makeTheirs = (more: object = {}) => makeFound({ owner: mallory.uuid, ...more });

const staleRefusal = expect.objectContaining({ code: "PreconditionFailed" });

describe("judgeGrants", () => {
  const judge = (acl: string[], accounts: string[]) => () =>
    judgeGrants(makeOutcome({ image: makeFound({ acl: JSON.stringify(acl) }) }), stale, { accounts, maxAcl: 1 });
  const [a, b] = [makeUuid(2), makeUuid(3)];

  it("throws ValidationFailed when the whole acl would be too large, whatever the preconditions", () => {
    expect(catchRefusal(judge([a], [b]))).toMatchObject({
      code: "ValidationFailed",
      errors: [{ field: "acl", code: "Invalid", message: "acl is at most 1 accounts; 2 would be in it" }],
    });
  });

  it("lets an acl be that is larger already", () => {
    expect(catchRefusal(judge([a, b], [b]))).toEqual(staleRefusal);
  });
});

describe("judgeAddedTags", () => {
  const judge = (stored: object, tags: Record<string, unknown>) => () =>
    judgeAddedTags(makeOutcome({ image: makeFound({ tags: JSON.stringify(stored) }) }), stale, {
      tags,
      maxTagsBytes: 7,
    });

  it("throws ValidationFailed when all tags would be too large, unless they are as large already", () => {
    expect(catchRefusal(judge({ a: 1 }, { b: 2 }))).toMatchObject({
      code: "ValidationFailed",
      errors: [{ message: "tags is at most 7 bytes of JSON as it is stored; 13 would be stored" }],
    });
    expect(catchRefusal(judge({ a: 123 }, { a: 456 }))).toEqual(staleRefusal);
  });

  it("throws ValidationFailed when over 100 stored tags are inexact numbers, unless no tag is added", () => {
    const inexact = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`t${at}`, 0.5]));
    expect(catchRefusal(judge(inexact, { t0: 1 }))).toMatchObject({
      errors: [{ message: expect.stringContaining("101 tags of the image are fractions") }],
    });
    expect(catchRefusal(judge(inexact, {}))).toEqual(staleRefusal);
  });
});

describe("judgeTagDeletion", () => {
  it("throws ResourceNotFound for a tag that the image lacks, whatever the preconditions", () => {
    const refusal = { code: "ResourceNotFound", message: "tag a not found" };
    expect(catchRefusal(() => judgeTagDeletion(makeOutcome(), stale, "a"))).toEqual(refusal);
  });
});

describe("judgeRevert", () => {
  it("throws InvalidArgument, which names the oldest, for a revision that is not kept, whatever the preconditions", () => {
    const outcome = { ...makeOutcome({ image: makeFound({ revision: 9 }) }), oldest: 4, isKept: false };
    expect(catchRefusal(() => judgeRevert(outcome, stale, "3"))).toEqual({
      code: "InvalidArgument",
      message: 'revision is one that is kept, 4 to 9; "3" was sent',
    });
  });
});

describe("judgeRemoval", () => {
  it("throws NotImageOwner to an account that removes others than itself, whatever the preconditions", () => {
    const outcome = makeOutcome({ image: makeTheirs({ isShared: true }) });
    for (const accounts of [[mallory.uuid], [bob.uuid, mallory.uuid], []]) {
      expect(catchRefusal(() => judgeRemoval(outcome, stale, accounts))).toEqual({
        code: "NotImageOwner",
        message: "only the owner of an image may remove other accounts from its acl; you may remove your own alone",
      });
    }
  });

  it("returns the image unchanged to an account that it is not shared with, and to its owner", () => {
    const theirs = makeTheirs({ public: true });
    expect(judgeRemoval(makeOutcome({ image: theirs, differs: false }), request, [bob.uuid]).image).toBe(theirs);
    const own = makeFound();
    expect(judgeRemoval(makeOutcome({ image: own, differs: false }), request, [mallory.uuid]).image).toBe(own);
  });
});
