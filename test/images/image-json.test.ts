import { describe, expect, it } from "vitest";
import { renderImage } from "../../src/images/rules/image-json.ts";
import { type Release, releaseNames } from "../../src/releases.ts";
import { bob, mallory } from "../support/fixtures.ts";
import { makeRow } from "../support/image-rows.ts";
import { makeUuid } from "../support/uuids.ts";

/** The release that shows every column as it is stored. */
const newest: Release = "9.0.0";

const whole = makeRow({
  os: "linux",
  type: "zvol",
  requirements: '{"max_ram":1024,"min_ram":256,"brand":"bhyve","bootrom":"uefi","networks":[{"name":"net0"}]}',
  image_size: 10240,
  description: "a base",
  files: '[{"size":5,"sha1":"97a4","compression":"gzip"},{"sha1":"second"}]',
  tags: '{"b":1,"a":{"":null}}',
  homepage: "http://example.com/",
  published_at: "2013-11-25T17:44:54Z",
  public: true,
  state: "failed",
  eula: "http://example.com/eula",
  acl: `["${mallory.uuid}","${bob.uuid}"]`,
  origin: makeUuid(2),
  error: '{"message":"vm has no origin","code":"VmHasNoOrigin"}',
  revision: 7,
});

const wholeJson = {
  id: makeUuid(1),
  name: "my-image",
  version: "1.0.0",
  os: "linux",
  requirements: { max_memory: 1024, max_ram: 1024, min_memory: 256, min_ram: 256, brand: "bhyve", bootrom: "uefi" },
  type: "zvol",
  image_size: 10240,
  description: "a base",
  files: [{ compression: "gzip", sha1: "97a4", size: 5 }],
  tags: { b: 1, a: { "": null } },
  homepage: "http://example.com/",
  published_at: "2013-11-25T17:44:54Z",
  owner: bob.uuid,
  public: true,
  state: "failed",
  eula: "http://example.com/eula",
  acl: [mallory.uuid, bob.uuid],
  origin: makeUuid(2),
  error: { code: "VmHasNoOrigin", message: "vm has no origin" },
};

const bareJson = {
  id: makeUuid(1),
  name: "my-image",
  version: "1.0.0",
  requirements: {},
  owner: bob.uuid,
  public: false,
  state: "active",
};

/** How each release shows the stored types. */
const typesOf: Readonly<Record<Release, { zvol: string; other: string }>> = {
  "7.2.0": { zvol: "virtualmachine", other: "smartmachine" },
  "7.3.0": { zvol: "virtualmachine", other: "smartmachine" },
  "8.0.0": { zvol: "zvol", other: "lx-dataset" },
  "9.0.0": { zvol: "zvol", other: "lx-dataset" },
};

describe.each(releaseNames)("renderImage for release %s", (release) => {
  it("renders every field, in the documentation's order", () => {
    const rendered = renderImage(whole, release);
    // As text: the order counts, in nested objects too.
    expect(JSON.stringify(rendered)).toBe(JSON.stringify({ ...wholeJson, type: typesOf[release].zvol }));
  });

  it("leaves out what is not set", () => {
    expect(JSON.stringify(renderImage(makeRow(), release))).toBe(JSON.stringify(bareJson));
  });

  it("shows a type that is not zvol as the release names it", () => {
    const rendered = renderImage(makeRow({ type: "lx-dataset" }), release);
    expect(rendered).toStrictEqual({ ...bareJson, type: typesOf[release].other });
  });

  it.each(["null", ""])("leaves out an os and a type that IMGAPI does not know yet: %j", (unknown) => {
    expect(renderImage(makeRow({ os: unknown, type: unknown }), release)).toStrictEqual(bareJson);
  });
});

describe("renderImage", () => {
  const render = (more: Parameters<typeof makeRow>[0]) => renderImage(makeRow(more), newest);

  it.each(["lx-dataset", "docker", null])("shows image_size for a zvol only, not for %s", (type) => {
    expect(render({ type, image_size: 10240 })).toStrictEqual({ ...bareJson, ...(type && { type }) });
    expect(render({ type: "zvol", image_size: 0 })).toStrictEqual({ ...bareJson, type: "zvol", image_size: 0 });
  });

  it("leaves out an empty description and eula, and shows an empty homepage", () => {
    const rendered = render({ description: "", eula: "", homepage: "" });
    expect(rendered).toStrictEqual({ ...bareJson, homepage: "" });
  });

  it.each([
    ["{}", {}],
    ['{"max_ram":0,"min_ram":0,"brand":"","bootrom":null}', {}],
    ['{"max_ram":64}', { max_memory: 64, max_ram: 64 }],
    ['{"min_ram":64,"brand":"lx"}', { min_memory: 64, min_ram: 64, brand: "lx" }],
    ['{"networks":[],"ssh_key":true}', {}],
  ])("shows memory under its old and new name, and no other requirement: %s", (requirements, shown) => {
    expect(render({ requirements })).toStrictEqual({ ...bareJson, requirements: shown });
  });

  it.each([
    ["[]", undefined],
    ["[5]", undefined],
    ["[{}]", [{}]],
    ['[{"sha1":"a","stor":"local"},{"sha1":"b"}]', [{ sha1: "a" }]],
    ['[{"size":0,"compression":"none","sha1":null}]', [{ compression: "none", size: 0 }]],
  ])("shows the first file only, without unset or unknown fields: %s", (files, shown) => {
    expect(render({ files })).toStrictEqual({ ...bareJson, ...(shown && { files: shown }) });
  });

  it("shows empty tags, and tags with prototype names", () => {
    expect(render({ tags: "{}" })).toStrictEqual({ ...bareJson, tags: {} });
    expect(JSON.stringify(render({ tags: '{"__proto__":{"a":1},"constructor":2}' })["tags"])).toBe(
      '{"__proto__":{"a":1},"constructor":2}',
    );
  });

  it.each(["PrepareImageDidNotRun", "VmHasNoOrigin", "NotSupported"])(
    "shows the error %s of a failed image with its message",
    (code) => {
      const error = JSON.stringify({ message: "m", code, stack: "s" });
      expect(render({ state: "failed", error })).toStrictEqual({
        ...bareJson,
        state: "failed",
        error: { code, message: "m" },
      });
    },
  );

  it("shows any other error of a failed image as InternalError, with a message of its own", () => {
    for (const stored of ['{"code":"VmNotStopped","message":"secret"}', '{"message":"secret"}', "{}"]) {
      expect(render({ state: "failed", error: stored })).toStrictEqual({
        ...bareJson,
        state: "failed",
        error: { code: "InternalError", message: "the image could not be created" },
      });
    }
  });

  it("shows no error of an image that has not failed, and none where none is stored", () => {
    expect(render({ error: '{"code":"NotSupported","message":"m"}' })).toStrictEqual(bareJson);
    expect(render({ state: "failed" })).toStrictEqual({ ...bareJson, state: "failed" });
  });

  it("never shows the revision, or whether the image is shared with the caller", () => {
    const seen = { ...makeRow({ revision: 9 }), isShared: true, write_id: "w" };
    expect(renderImage(seen, newest)).toStrictEqual(bareJson);
  });
});
