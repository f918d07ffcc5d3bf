import { describe, expect, it } from "vitest";
import type { DeletionOutcome } from "../../src/db/delete-image.ts";
import { type ImageHistory, maxPageBytes, type RevisionRow } from "../../src/db/image-audit.ts";
import type { SeenImage } from "../../src/db/image-row.ts";
import type { ListedImages, ListFilters } from "../../src/db/list-images.ts";
import type { AppliedWrite, WriteOutcome } from "../../src/db/write-outcome.ts";
import { judgeClone } from "../../src/images/clone-image.ts";
import { judgeDeletion } from "../../src/images/delete-image.ts";
import { judgeAudit } from "../../src/images/image-audit.ts";
import { judgeList } from "../../src/images/list-images.ts";
import type { WritePreconditions } from "../../src/images/preconditions.ts";
import { judgeUpdate } from "../../src/images/update-image.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { makeRow, makeSeen } from "../support/image-rows.ts";
import { catchRefusal } from "../support/refusals.ts";
import { makeUuid } from "../support/uuids.ts";

const noPreconditions: WritePreconditions = { ifMatch: null, ifNoneMatch: null, isMatchRequired: false };

/** bob's request under release 9.0.0, without preconditions and without an Idempotency-Key. */
const request = {
  account: bob.uuid,
  release: "9.0.0" as const,
  intent: { preconditions: noPreconditions, requestHash: null },
};

const setPreconditions = (more: Partial<WritePreconditions>) => ({
  ...request,
  intent: { ...request.intent, preconditions: { ...noPreconditions, ...more } },
});

const stale = setPreconditions({ ifMatch: [7] });

/** The outcome of a write that was not applied, to bob's image. */
const makeOutcome = (more: Partial<WriteOutcome> = {}): WriteOutcome => ({
  hasAuthority: true,
  applied: null,
  image: makeSeen(),
  ...more,
});

const makeApplied = (more: Partial<AppliedWrite> = {}): AppliedWrite => ({
  image: makeRow({ revision: 2 }),
  requestHash: null,
  isOwn: true,
  changed: "name, tags",
  ...more,
});

const makeTheirs = (more: Partial<SeenImage> = {}) => makeSeen({ owner: mallory.uuid, ...more });

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

/** The three judges of a write, with an image on which nothing but the statement's own conditions stands in the way. */
const judges: readonly { name: string; judge: Judge; eligible: SeenImage }[] = [
  {
    name: "judgeUpdate",
    judge: (outcome, sent = request) => judgeUpdate(outcome, { ...sent, patch: { name: "new" } }),
    eligible: makeSeen(),
  },
  {
    name: "judgeDeletion",
    judge: (outcome, sent = request) => judgeDeletion(toDeletionOutcome(outcome), sent),
    eligible: makeSeen(),
  },
  {
    name: "judgeClone",
    judge: (outcome, sent = request) => judgeClone(outcome, sent),
    eligible: makeTheirs({ isShared: true }),
  },
];

describe.each(judges)("$name", ({ judge, eligible }) => {
  it("throws InvalidCredentials first, when the authority is gone", () => {
    const outcome = { hasAuthority: false, applied: makeApplied({ requestHash: "other" }), image: null };
    expect(catchRefusal(() => judge(outcome, stale))).toEqual(authorityGone);
  });

  it("answers the image as the applied write left it, and the names of what changed", () => {
    const written = { image: makeRow({ revision: 2 }), changedFields: ["name", "tags"], isReplayed: false };
    expect(judge(makeOutcome({ applied: makeApplied(), image: null }), stale)).toEqual(written);
  });

  it("marks a write that an earlier request applied as replayed", () => {
    const applied = makeApplied({ isOwn: false, changed: null });
    expect(judge(makeOutcome({ applied, image: null }))).toMatchObject({ changedFields: [], isReplayed: true });
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
      makeSeen({ state: "destroyed" }),
    ]) {
      expect(catchRefusal(() => judge(makeOutcome({ image }), stale))).toEqual(notFound);
    }
  });

  it("throws PreconditionFailed with the current ETag when If-Match is stale", () => {
    expect(catchRefusal(() => judge(makeOutcome({ image: eligible }), stale))).toEqual(staleRefusal);
  });

  it("throws an Error that is no refusal when nothing explains why the write was not applied", () => {
    expect(() => judge(makeOutcome({ image: eligible }))).toThrow(new Error(unexplained));
  });
});

describe.each(judges.slice(0, 2))("$name, on another account's image", ({ judge }) => {
  it("throws NotImageOwner when the caller can see it, whatever the preconditions", () => {
    for (const image of [makeTheirs({ public: true }), makeTheirs({ isShared: true, state: "disabled" })]) {
      expect(catchRefusal(() => judge(makeOutcome({ image }), stale))).toEqual(notOwner);
    }
  });
});

describe("judgeUpdate", () => {
  it("answers the image unchanged when every field that was sent is stored already", () => {
    const image = makeSeen({ tags: '{"a":1}' });
    const patch = { name: "my-image", tags: '{"a":1}', description: null, eula: undefined };
    expect(judgeUpdate(makeOutcome({ image }), { ...request, patch })).toEqual({
      image,
      changedFields: [],
      isReplayed: false,
    });
  });

  it("throws PreconditionRequired without an If-Match where one is required, even if nothing would change", () => {
    const required = { ...setPreconditions({ isMatchRequired: true }), patch: { name: "my-image" } };
    expect(catchRefusal(() => judgeUpdate(makeOutcome(), required))).toEqual({
      code: "PreconditionRequired",
      message: "an update needs If-Match here: read the image, and send its ETag as If-Match",
    });
  });

  it("throws PreconditionFailed when If-Match is stale, even if nothing would change", () => {
    const noChange = { ...stale, patch: { name: "my-image" } };
    expect(catchRefusal(() => judgeUpdate(makeOutcome(), noChange))).toEqual(staleRefusal);
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
  const judge = (image: SeenImage) => () => judgeClone(makeOutcome({ image }), stale);

  it("throws ImageNotShared unless the image is shared by acl and activated, whatever the preconditions", () => {
    const unactivated = makeSeen({ isShared: true, state: "unactivated" });
    for (const image of [makeTheirs({ public: true }), makeSeen(), unactivated]) {
      expect(catchRefusal(judge(image))).toEqual({
        code: "ImageNotShared",
        message: "only an activated image that is shared with you by acl can be cloned",
      });
    }
  });

  it("throws InvalidArgument for a docker image, whatever the preconditions", () => {
    expect(catchRefusal(judge(makeTheirs({ isShared: true, type: "docker" })))).toEqual({
      code: "InvalidArgument",
      message: "docker images cannot be cloned",
    });
  });
});

describe("judgeAudit", () => {
  // The judge answers the revisions as they are.
  const revisions: RevisionRow[] = [];

  const makeHistory = (more: Partial<ImageHistory> = {}): ImageHistory => ({
    hasAuthority: true,
    image: makeSeen(),
    isOperator: false,
    pageBytes: maxPageBytes,
    revisions,
    ...more,
  });

  it("answers the revisions to the owner and to operators, of hidden and destroyed images too", () => {
    expect(judgeAudit(makeHistory(), bob.uuid)).toBe(revisions);
    expect(judgeAudit(makeHistory({ image: makeSeen({ state: "destroyed" }) }), bob.uuid)).toBe(revisions);
    for (const image of [makeTheirs(), makeTheirs({ state: "destroyed" })]) {
      expect(judgeAudit(makeHistory({ image, isOperator: true }), bob.uuid)).toBe(revisions);
    }
  });

  it("throws InvalidCredentials first, when the authority is gone", () => {
    const history = makeHistory({ hasAuthority: false, image: null, pageBytes: maxPageBytes + 1 });
    expect(catchRefusal(() => judgeAudit(history, bob.uuid))).toEqual(authorityGone);
  });

  it("throws ResourceNotFound for a missing image, even to an operator, and for a hidden one", () => {
    expect(catchRefusal(() => judgeAudit(makeHistory({ image: null, isOperator: true }), bob.uuid))).toEqual(notFound);
    expect(catchRefusal(() => judgeAudit(makeHistory({ image: makeTheirs() }), bob.uuid))).toEqual(notFound);
  });

  it("throws NotImageOwner for another account's image that the caller can see", () => {
    const history = makeHistory({ image: makeTheirs({ public: true }), pageBytes: maxPageBytes + 1 });
    expect(catchRefusal(() => judgeAudit(history, bob.uuid))).toEqual({
      code: "NotImageOwner",
      message: "only the owner of an image, and operators, may see its history",
    });
  });

  it("throws InvalidArgument for a page that is too large", () => {
    expect(catchRefusal(() => judgeAudit(makeHistory({ pageBytes: maxPageBytes + 1 }), bob.uuid))).toEqual({
      code: "InvalidArgument",
      message: "this page of the audit takes 8000001 bytes, and the most is 8000000; ask for a smaller limit",
    });
  });
});

describe("judgeList", () => {
  const filters: ListFilters = {
    ...{ name: null, namePart: null, os: null, version: null, type: null, isZvol: null, public: null, owner: null },
    ...{ state: "active", tags: [], limit: null, marker: null },
  };
  const images = [makeRow(), makeRow({ uuid: makeUuid(2) })];

  const judge = (
    listed: Partial<ListedImages>,
    { marker = null, maxList = 2 }: { marker?: string | null; maxList?: number } = {},
  ) =>
    judgeList(
      { hasAuthority: true, images, marker: null, ...listed },
      { account: bob.uuid, filters: { ...filters, marker }, maxList },
    );

  it("answers the images, up to the most that a list may have", () => {
    expect(judge({})).toBe(images);
    expect(judge({ marker: makeSeen() }, { marker: makeUuid(1) })).toBe(images);
    expect(judge({ marker: makeTheirs({ public: true }) }, { marker: makeUuid(1) })).toBe(images);
  });

  it("throws InvalidCredentials first, when the authority is gone", () => {
    const gone = () => judge({ hasAuthority: false }, { marker: makeUuid(1), maxList: 1 });
    expect(catchRefusal(gone)).toEqual(authorityGone);
  });

  it("throws InvalidArgument for a marker that does not exist or is hidden", () => {
    for (const marker of [null, makeTheirs(), makeSeen({ state: "destroyed" })]) {
      expect(catchRefusal(() => judge({ marker }, { marker: makeUuid(1), maxList: 1 }))).toEqual({
        code: "InvalidArgument",
        message: `marker is the id of an image that you can see; "${makeUuid(1)}" was sent`,
      });
    }
  });

  it("throws InvalidArgument for a list that is too long", () => {
    expect(catchRefusal(() => judge({}, { maxList: 1 }))).toEqual({
      code: "InvalidArgument",
      message: "more than 1 images match; ask for pages with limit and marker",
    });
  });
});
