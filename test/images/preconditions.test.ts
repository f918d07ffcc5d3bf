import { describe, expect, it } from "vitest";
import {
  assertMatch,
  assertPreconditions,
  formatEntityTag,
  isIfMatchStale,
  isNamedByIfNoneMatch,
  type Preconditions,
  parsePreconditions,
  toSqlPreconditions,
} from "../../src/images/rules/preconditions.ts";
import { catchRefusal } from "../support/refusals.ts";

const none: Preconditions = { ifMatch: null, ifNoneMatch: null };

/** At revision 5, under release 9.0.0. */
const current = { revision: 5, release: "9.0.0" } as const;

it("formatEntityTag makes a quoted tag of the revision and the release", () => {
  expect(formatEntityTag(5, "9.0.0")).toBe('"5-9.0.0"');
  expect(formatEntityTag(12, "7.2.0")).toBe('"12-7.2.0"');
});

describe("parsePreconditions reads", () => {
  const read = (ifMatch?: string, ifNoneMatch?: string) => parsePreconditions({ ifMatch, ifNoneMatch }, "9.0.0");

  it("nothing from absent headers", () => {
    expect(read()).toEqual(none);
  });

  it("* as it is", () => {
    expect(read("*", " * ")).toEqual({ ifMatch: "*", ifNoneMatch: "*" });
  });

  it("the revisions of If-Match whatever the release, strong or weak", () => {
    expect(read('"1-7.2.0", W/"2-9.0.0" ,, "3-8.0.0"')).toEqual({ ifMatch: [1, 2, 3], ifNoneMatch: null });
  });

  it("the revisions of If-None-Match for the negotiated release only", () => {
    expect(read(undefined, '"1-7.2.0", W/"2-9.0.0", "3-9.0.0"')).toEqual({ ifMatch: null, ifNoneMatch: [2, 3] });
  });

  it.each(['"x"', '""', '"0-9.0.0"', '"01-9.0.0"', '"1"', '"1-9"', '"1-9.0.0-gzip"', '"9999999999999999-9.0.0"'])(
    "no revision from a tag of another shape: %s",
    (tag) => {
      expect(read(tag, tag)).toEqual({ ifMatch: [], ifNoneMatch: [] });
    },
  );

  it.each(["", "1-9.0.0", '"1-9.0.0', '*, "1-9.0.0"', ","])("no malformed header: %j", (sent) => {
    const message = (name: string) =>
      `${name} is * or a list of entity tags in double quotes, as ETag had them; ${sent || "an empty value"} was sent`;
    expect(catchRefusal(() => read(sent))).toEqual({ code: "InvalidHeader", message: message("If-Match") });
    expect(catchRefusal(() => read("*", sent))).toEqual({ code: "InvalidHeader", message: message("If-None-Match") });
  });
});

const stale = {
  code: "PreconditionFailed",
  message:
    "the image is at revision 5, and If-Match names another: read it, and send the request again with its new ETag if it still applies",
  headers: { ETag: '"5-9.0.0"' },
};
const ruledOut = {
  code: "PreconditionFailed",
  message: "the image is at revision 5, which If-None-Match rules out",
  headers: { ETag: '"5-9.0.0"' },
};
const required = {
  code: "PreconditionRequired",
  message: "an update needs If-Match here: read the image, and send its ETag as If-Match",
};

/** Every kind of precondition, judged at revision 5: `read` and `write` are the refusals, undefined where there is none. */
const cases: readonly (Preconditions & {
  isIfMatchStale: boolean;
  isNamedByIfNoneMatch: boolean;
  read?: object;
  write?: object;
})[] = [
  { ...none, isIfMatchStale: false, isNamedByIfNoneMatch: false },
  { ...none, ifMatch: "*", isIfMatchStale: false, isNamedByIfNoneMatch: false },
  { ...none, ifMatch: [5], isIfMatchStale: false, isNamedByIfNoneMatch: false },
  { ...none, ifMatch: [4, 5], isIfMatchStale: false, isNamedByIfNoneMatch: false },
  { ...none, ifMatch: [4, 6], isIfMatchStale: true, isNamedByIfNoneMatch: false, read: stale, write: stale },
  { ...none, ifMatch: [], isIfMatchStale: true, isNamedByIfNoneMatch: false, read: stale, write: stale },
  { ...none, ifNoneMatch: "*", isIfMatchStale: false, isNamedByIfNoneMatch: true, write: ruledOut },
  { ...none, ifNoneMatch: [5], isIfMatchStale: false, isNamedByIfNoneMatch: true, write: ruledOut },
  { ...none, ifNoneMatch: [4, 6], isIfMatchStale: false, isNamedByIfNoneMatch: false },
  { ...none, ifNoneMatch: [], isIfMatchStale: false, isNamedByIfNoneMatch: false },
  { ifMatch: [5], ifNoneMatch: [5], isIfMatchStale: false, isNamedByIfNoneMatch: true, write: ruledOut },
  { ifMatch: [4], ifNoneMatch: [5], isIfMatchStale: true, isNamedByIfNoneMatch: true, read: stale, write: stale },
];

describe.each(cases)("at revision 5, If-Match $ifMatch and If-None-Match $ifNoneMatch", (row) => {
  const preconditions: Preconditions = { ifMatch: row.ifMatch, ifNoneMatch: row.ifNoneMatch };
  const expectRefusal = (act: () => void, refusal: object | undefined) =>
    refusal ? expect(catchRefusal(act)).toEqual(refusal) : expect(act).not.toThrow();

  it("are stale and known as expected", () => {
    expect([isIfMatchStale(preconditions, 5), isNamedByIfNoneMatch(preconditions, 5)]).toEqual([
      row.isIfMatchStale,
      row.isNamedByIfNoneMatch,
    ]);
  });

  it("pass or fail assertMatch as expected", () => {
    expectRefusal(() => assertMatch(preconditions, current), row.read);
  });

  it("pass or fail assertPreconditions as expected", () => {
    expectRefusal(() => assertPreconditions({ ...preconditions, isMatchRequired: false }, current), row.write);
  });

  it("fail assertPreconditions without an If-Match where one is required", () => {
    const refusal = row.ifMatch === null ? required : row.write;
    expectRefusal(() => assertPreconditions({ ...preconditions, isMatchRequired: true }, current), refusal);
  });

  it("let toSqlPreconditions admit revision 5 if and only if assertPreconditions passes", () => {
    for (const isMatchRequired of [false, true]) {
      const { onRevisions, notOnRevisions } = toSqlPreconditions({ ...preconditions, isMatchRequired });
      const isAdmitted =
        (onRevisions === null || JSON.parse(onRevisions).includes(5)) &&
        (notOnRevisions === null || !JSON.parse(notOnRevisions).includes(5));
      const isRefused = row.write !== undefined || (isMatchRequired && row.ifMatch === null);
      expect(isAdmitted).toBe(!isRefused);
    }
  });
});

describe("toSqlPreconditions makes", () => {
  const makeLimits = (some: Partial<Preconditions>, isMatchRequired = false) =>
    toSqlPreconditions({ ...none, ...some, isMatchRequired });

  it("no limit without preconditions, or with If-Match: *", () => {
    const unlimited = { onRevisions: null, notOnRevisions: null };
    expect(makeLimits({})).toEqual(unlimited);
    expect(makeLimits({ ifMatch: "*" })).toEqual(unlimited);
    expect(makeLimits({ ifMatch: "*" }, true)).toEqual(unlimited);
  });

  it("JSON arrays of the revisions that are listed", () => {
    expect(makeLimits({ ifMatch: [1, 2], ifNoneMatch: [3] })).toEqual({ onRevisions: "[1,2]", notOnRevisions: "[3]" });
    expect(makeLimits({ ifMatch: [], ifNoneMatch: [] })).toEqual({ onRevisions: "[]", notOnRevisions: "[]" });
  });

  it("an empty array, which admits no revision, for If-None-Match: * or a required If-Match that is absent", () => {
    expect(makeLimits({ ifNoneMatch: "*" })).toEqual({ onRevisions: "[]", notOnRevisions: null });
    expect(makeLimits({ ifMatch: [5], ifNoneMatch: "*" })).toEqual({ onRevisions: "[]", notOnRevisions: null });
    expect(makeLimits({}, true)).toEqual({ onRevisions: "[]", notOnRevisions: null });
  });
});
