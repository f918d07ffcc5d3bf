import { describe, expect, it } from "vitest";
import { chooseRelease } from "../src/http/negotiate.ts";
import { renderImage } from "../src/images/rules/image-json.ts";
import { findRelease, hasStoredTypes, type Release, releaseNames, versions } from "../src/releases.ts";
import { makeRow } from "./support/image-rows.ts";

/** Every release: the versions that it answers, and how it shows the stored types zvol and lx-dataset. */
const expected: Readonly<Record<Release, { versions: readonly string[]; types: readonly [string, string] }>> = {
  "7.2.0": { versions: ["7.0.0", "7.1.0", "7.2.0"], types: ["virtualmachine", "smartmachine"] },
  "7.3.0": { versions: ["7.3.0"], types: ["virtualmachine", "smartmachine"] },
  "8.0.0": { versions: ["8.0.0"], types: ["zvol", "lx-dataset"] },
  "9.0.0": { versions: ["9.0.0"], types: ["zvol", "lx-dataset"] },
};

it("the releases and their versions are listed oldest first", () => {
  expect(releaseNames).toEqual(Object.keys(expected));
  expect(versions).toEqual(Object.values(expected).flatMap((row) => row.versions));
});

describe.each(releaseNames)("release %s", (release) => {
  const other: Release = release === "9.0.0" ? "7.2.0" : "9.0.0";

  it.each(expected[release].versions)("is negotiated for the version %s, exact or as a range", (version) => {
    expect(findRelease(version)).toBe(release);
    for (const range of [version, `=${version}`, `<=${version} >=${version}`]) {
      expect(chooseRelease(range, other), range).toBe(release);
    }
  });

  it("is negotiated for a range that its highest version satisfies", () => {
    expect(chooseRelease(`<=${release}`, other)).toBe(release);
    expect(chooseRelease(`~${release.replace(/\.\d+$/, "")}`, other)).toBe(release);
  });

  it("answers a request without a version if it is the default", () => {
    expect(chooseRelease(undefined, release)).toBe(release);
    expect(chooseRelease("", release)).toBe(release);
  });

  it("shows the types of images as its row says", () => {
    const types = ["zvol", "lx-dataset"].map((type) => renderImage(makeRow({ type }), release)["type"]);
    expect(types).toEqual(expected[release].types);
    expect(hasStoredTypes(release)).toBe(types[0] === "zvol");
  });
});

it.each(["6.5.0", "99.0.0", "7.2.1", "", "constructor", "~7"])("no release has the version %j", (version) => {
  expect(findRelease(version)).toBeUndefined();
});

it("a version range is at most 128 characters", () => {
  const range = `${"~8 || ".repeat(21)}~8`;
  expect(range.length).toBe(128);
  expect(chooseRelease(range, "7.2.0")).toBe("8.0.0");
  expect(() => chooseRelease(range.replace("~8", " ~8"), "7.2.0")).toThrow("is not supported; supported versions: ");
});
