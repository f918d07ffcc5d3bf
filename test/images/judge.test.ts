import { describe, expect, it } from "vitest";
import type { CloneOutcome } from "../../src/images/clone-image.sql.ts";
import type { DeletionOutcome } from "../../src/images/delete-image.sql.ts";
import type { FoundImage } from "../../src/images/image-row.sql.ts";
import type { RevertOutcome } from "../../src/images/revert-image.sql.ts";
import { judgeOwn } from "../../src/images/rules/judge.ts";
import {
  judgeAddedTags,
  judgeClone,
  judgeDeletion,
  judgeGrants,
  judgeRemoval,
  judgeRevert,
  judgeTagDeletion,
} from "../../src/images/rules/operation-judges.ts";
import type { WritePreconditions } from "../../src/images/rules/preconditions.ts";
import type { WriteOutcome } from "../../src/images/write-outcome.sql.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { makeFound, makeRow } from "../support/image-rows.ts";
import { catchRefusal } from "../support/refusals.ts";
import { makeUuid } from "../support/uuids.ts";

const noPreconditions: WritePreconditions = { ifMatch: null, ifNoneMatch: null, isMatchRequired: false };

/** bob's request under release 9.0.0, without preconditions and without an Idempotency-Key. */
const request = {
  account: bob.uuid,
  release: "9.0.0" as const,
  preconditions: noPreconditions,
  requestHash: null,
  maxImageBytes: 5,
};

type AppliedWrite = NonNullable<WriteOutcome["applied"]>;

const setPreconditions = (more: Partial<WritePreconditions>) => ({
  ...request,
  preconditions: { ...noPreconditions, ...more },
});

const stale = setPreconditions({ ifMatch: [7] });

/** The outcome of a write that was not applied to bob's image, and would change it. */
const makeOutcome = (more: Partial<WriteOutcome> = {}): WriteOutcome => ({
  hasAuthority: true,
  applied: null,
  image: makeFound(),
  differs: true,
  excessBytes: null,
  secondsUntilRoom: null,
  ...more,
});

const makeApplied = (more: Partial<AppliedWrite> = {}): AppliedWrite => ({
  image: makeRow({ revision: 2 }),
  unkeptRevision: null,
  requestHash: null,
  isReplayed: false,
  changedColumns: "name, tags",
  ...more,
});

const makeTheirs = (more: Partial<FoundImage> = {}) => makeFound({ owner: mallory.uuid, ...more });

const authorityGone = {
  code: "InvalidCredentials",
  message: "Invalid Signature: the login, the key and the signature do not go together",
  reason: "authority gone",
};
const keyReused = {
  code: "IdempotencyKeyReused",
  message:
    "this Idempotency-Key was sent before with another request on this image; use a new key for each new request",
};
const notFound = { code: "ResourceNotFound", message: "image not found" };
const notOwner = { code: "NotImageOwner", message: "only the owner of an image may change or delete it" };
const staleRefusal = {
  code: "PreconditionFailed",
  message:
    "the image is at revision 1, and If-Match names another: read it, and send the request again with its new ETag if it still applies",
  headers: { ETag: '"1-9.0.0"' },
};
const unexplained = `a write on ${makeUuid(1)} was not applied, and nothing explains it`;

type Judge = (outcome: WriteOutcome, sent?: typeof request) => unknown;

const toDeletionOutcome = (outcome: WriteOutcome): DeletionOutcome => ({
  hasDependents: false,
  visibleDependents: [],
  ...outcome,
});

const maxImages = 2;

const toCloneOutcome = (outcome: WriteOutcome): CloneOutcome => ({ isQuotaReached: false, ...outcome });

const toRevertOutcome = (outcome: WriteOutcome): RevertOutcome => ({ oldest: 1, isKept: true, ...outcome });

/** The judges of a write, each with an image that no rule of theirs refuses. */
const judges: readonly { name: string; judge: Judge; eligible: FoundImage }[] = [
  {
    name: "judgeOwn",
    judge: (outcome, sent = request) => judgeOwn(outcome, sent),
    eligible: makeFound(),
  },
  {
    name: "judgeGrants",
    judge: (outcome, sent = request) => judgeGrants(outcome, sent, { accounts: [makeUuid(2)], maxAcl: 1 }),
    eligible: makeFound(),
  },
  {
    name: "judgeAddedTags",
    judge: (outcome, sent = request) => judgeAddedTags(outcome, sent, { tags: { a: 1 }, maxTagsBytes: 7 }),
    eligible: makeFound(),
  },
  {
    name: "judgeTagDeletion",
    judge: (outcome, sent = request) => judgeTagDeletion(outcome, sent, null),
    eligible: makeFound(),
  },
  {
    name: "judgeRevert",
    judge: (outcome, sent = request) => judgeRevert(toRevertOutcome(outcome), sent, "1"),
    eligible: makeFound(),
  },
  {
    name: "judgeDeletion",
    judge: (outcome, sent = request) => judgeDeletion(toDeletionOutcome(outcome), sent),
    eligible: makeFound(),
  },
  {
    name: "judgeClone",
    judge: (outcome, sent = request) => judgeClone(toCloneOutcome(outcome), sent, maxImages),
    eligible: makeTheirs({ isShared: true }),
  },
  {
    name: "judgeRemoval",
    judge: (outcome, sent = request) => judgeRemoval(outcome, sent, [bob.uuid]),
    eligible: makeTheirs({ isShared: true }),
  },
];

describe.each(judges)("$name", ({ judge, eligible }) => {
  it("throws InvalidCredentials first, when the authority is gone", () => {
    const outcome = makeOutcome({ hasAuthority: false, applied: makeApplied({ requestHash: "other" }), image: null });
    expect(catchRefusal(() => judge(outcome, stale))).toEqual(authorityGone);
  });

  it("answers the image as the applied write left it, and the names of what changed", () => {
    const written = {
      image: makeRow({ revision: 2 }),
      changedFields: ["name", "tags"],
      isReplayed: false,
      unkeptRevision: null,
    };
    expect(judge(makeOutcome({ applied: makeApplied(), image: null }), stale)).toEqual(written);
  });

  it("marks a write that an earlier request applied as replayed", () => {
    const applied = makeApplied({ isReplayed: true, changedColumns: null });
    expect(judge(makeOutcome({ applied, image: null }))).toMatchObject({
      changedFields: [],
      isReplayed: true,
      unkeptRevision: null,
    });
  });

  it("throws IdempotencyKeyReused when the applied write was another request", () => {
    const applied = makeApplied({ requestHash: "other" });
    expect(catchRefusal(() => judge(makeOutcome({ applied, image: null })))).toEqual(keyReused);
  });

  it("throws ResourceNotFound for an image that does not exist or is hidden, whatever the preconditions", () => {
    for (const image of [
      null,
      makeTheirs(),
      makeTheirs({ state: "failed", public: true }),
      makeFound({ state: "destroyed" }),
    ]) {
      expect(catchRefusal(() => judge(makeOutcome({ image }), stale))).toEqual(notFound);
    }
  });

  it("throws PreconditionFailed with the current ETag when If-Match is stale", () => {
    expect(catchRefusal(() => judge(makeOutcome({ image: eligible }), stale))).toEqual(staleRefusal);
  });

  it("throws QuotaExceeded when the account's images would take too much, whatever the preconditions", () => {
    expect(catchRefusal(() => judge(makeOutcome({ image: eligible, excessBytes: 6 }), stale))).toEqual({
      code: "QuotaExceeded",
      message: "the account's images, deleted ones too, would take 6 bytes; they may take 5",
    });
  });

  it("throws an Error that is no refusal when nothing explains why the write was not applied", () => {
    expect(() => judge(makeOutcome({ image: eligible }))).toThrow(new Error(unexplained));
  });
});

describe.each(judges.slice(0, -2))("$name, on another account's image", ({ judge }) => {
  it("throws NotImageOwner when the caller can see it, whatever the preconditions", () => {
    for (const image of [makeTheirs({ public: true }), makeTheirs({ isShared: true, state: "disabled" })]) {
      expect(catchRefusal(() => judge(makeOutcome({ image }), stale))).toEqual(notOwner);
    }
  });
});

describe("judgeOwn", () => {
  it("returns the image unchanged when the statement had nothing to change", () => {
    const image = makeFound();
    expect(judgeOwn(makeOutcome({ image, differs: false }), request)).toEqual({
      image,
      changedFields: [],
      isReplayed: false,
      unkeptRevision: null,
    });
  });

  it("throws PreconditionRequired without an If-Match where one is required, even if nothing would change", () => {
    const required = setPreconditions({ isMatchRequired: true });
    expect(catchRefusal(() => judgeOwn(makeOutcome({ differs: false }), required))).toEqual({
      code: "PreconditionRequired",
      message: "an update needs If-Match here: read the image, and send its ETag as If-Match",
    });
  });

  it("throws PreconditionFailed when If-Match is stale, even if nothing would change", () => {
    expect(catchRefusal(() => judgeOwn(makeOutcome({ differs: false }), stale))).toEqual(staleRefusal);
  });
});

describe("a history without room", () => {
  const full = (seconds: number) => ({
    code: "RequestThrottled",
    message: `the history of the account's images is full, and too recent to be removed; try again after ${seconds} seconds`,
    headers: { "Retry-After": String(seconds) },
    reason: "ACCOUNT_HISTORY_BYTES",
  });

  it("refuses what would change the image, and what would have to be recorded, last of all", () => {
    const changing = makeOutcome({ secondsUntilRoom: 7 });
    expect(catchRefusal(() => judgeOwn(changing, request))).toEqual(full(7));
    expect(catchRefusal(() => judgeOwn(changing, stale))).toEqual(staleRefusal);
    const same = makeOutcome({ differs: false, secondsUntilRoom: 7 });
    expect(judgeOwn(same, request)).toMatchObject({ changedFields: [] });
    expect(catchRefusal(() => judgeOwn(same, { ...request, requestHash: "hash" }))).toEqual(full(7));
  });
});

describe("judgeDeletion", () => {
  it("throws ImageHasDependentImages before it checks preconditions, and names the visible dependents", () => {
    const judge = (visibleDependents: string[]) => () =>
      judgeDeletion({ ...makeOutcome(), hasDependents: true, visibleDependents }, stale);
    const message = "other images have this one as their origin";
    expect(catchRefusal(judge(["a", "b"]))).toEqual({ code: "ImageHasDependentImages", message: `${message}: a, b` });
    expect(catchRefusal(judge([]))).toEqual({ code: "ImageHasDependentImages", message });
  });
});

describe("judgeClone", () => {
  const judge = (image: FoundImage, isQuotaReached: boolean) => () =>
    judgeClone({ ...makeOutcome({ image }), isQuotaReached }, stale, maxImages);

  it.each([false, true])(
    "throws ImageNotShared unless the image is shared by acl and activated, whatever the preconditions, quota reached: %s",
    (isQuotaReached) => {
      const unactivated = makeFound({ isShared: true, state: "unactivated" });
      for (const image of [makeTheirs({ public: true }), makeFound(), unactivated]) {
        expect(catchRefusal(judge(image, isQuotaReached))).toEqual({
          code: "ImageNotShared",
          message: "only an activated image that is shared with you by acl can be cloned",
        });
      }
    },
  );

  it.each([false, true])(
    "throws ValidationFailed on the type of a docker image, whatever the preconditions, quota reached: %s",
    (isQuotaReached) => {
      expect(catchRefusal(judge(makeTheirs({ isShared: true, type: "docker" }), isQuotaReached))).toEqual({
        code: "ValidationFailed",
        message: "invalid image data: type",
        errors: [{ field: "type", code: "Invalid", message: "docker images cannot be cloned" }],
      });
    },
  );

  it("throws QuotaExceeded when the account owns as many images as it may, whatever the preconditions", () => {
    expect(catchRefusal(judge(makeTheirs({ isShared: true }), true))).toEqual({
      code: "QuotaExceeded",
      message: "the account owns 2 images, the most that it may own; delete one first",
    });
  });

  it("answers the clone that was applied, even if it was the last one that the quota allows", () => {
    const outcome = { ...makeOutcome({ applied: makeApplied(), image: null }), isQuotaReached: true };
    expect(judgeClone(outcome, stale, maxImages)).toMatchObject({ isReplayed: false, unkeptRevision: null });
  });
});
