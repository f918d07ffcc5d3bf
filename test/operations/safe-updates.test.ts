import { beforeEach, describe, expect, it } from "vitest";
import { makeBindings, send } from "../support/client.ts";
import { bob, mallory } from "../support/fixtures.ts";
import {
  get,
  hidden,
  image,
  makeImageJson,
  makeStaleAnswer,
  newest,
  pickWriteAnswer,
  provisionThree,
  shared,
  update,
} from "../support/safe-writes.ts";

beforeEach(provisionThree);

describe("ETag", () => {
  it("is the revision and the release, in every answer that is an image", async () => {
    expect(await get()).toEqual({ status: 200, ETag: '"1-9.0.0"', json: makeImageJson("my-image") });
    expect(await get({ method: "HEAD" })).toEqual({ status: 200, ETag: '"1-9.0.0"' });
    const updated = await update({ name: "b" });
    expect(updated).toEqual({ status: 200, ETag: '"2-9.0.0"', "Changed-Fields": "name", json: makeImageJson("b") });
    expect(await get({ headers: { "Accept-Version": "~7.0" } })).toMatchObject({ ETag: '"2-7.2.0"' });
    const clone = await send({ path: `/my/images/${shared}?action=clone`, headers: newest });
    expect(pickWriteAnswer(clone)).toMatchObject({ status: 200, ETag: '"1-9.0.0"' });
    const list = await send({ method: "GET", path: "/my/images" });
    expect(list.headers.has("ETag")).toBe(false);
  });
});

describe("If-Match", () => {
  it.each(['"1-9.0.0"', '"1-8.0.0"', 'W/"1-7.2.0"', "*", ' "x" ,, "1-9.0.0"', '"7-9.0.0","1-9.0.0"'])(
    "%s matches revision 1",
    async (sent) => {
      expect(await get({ headers: { "If-Match": sent } })).toMatchObject({ status: 200 });
      expect(await update({ name: "b" }, { headers: { "If-Match": sent } })).toMatchObject({
        status: 200,
        ETag: '"2-9.0.0"',
      });
    },
  );

  it.each(['"2-9.0.0"', '"1"', '"01-9.0.0"', '"1-9.0.0-gzip"', '""', '"*"', '"99999999999999999999-9.0.0"'])(
    "%s does not match revision 1, and nothing is written",
    async (sent) => {
      const headers = { "If-Match": sent };
      expect(await update({ name: "b" }, { headers })).toEqual(makeStaleAnswer(1));
      expect(await get({ headers })).toEqual(makeStaleAnswer(1));
      const removal = await send({ method: "DELETE", path: `/my/images/${image}`, headers: { ...newest, ...headers } });
      expect(pickWriteAnswer(removal)).toEqual(makeStaleAnswer(1));
      expect(await get()).toEqual({ status: 200, ETag: '"1-9.0.0"', json: makeImageJson("my-image") });
    },
  );

  it("is checked for HEAD and DELETE, and for CloneImage on its source", async () => {
    const headers = { ...newest, "If-Match": '"1-9.0.0"' };
    expect(await get({ method: "HEAD", headers: { "If-Match": '"2-9.0.0"' } })).toEqual({
      status: 412,
      ETag: '"1-9.0.0"',
    });
    const clone = (etag: string) =>
      send({ path: `/my/images/${shared}?action=clone`, headers: { ...newest, "If-Match": etag } });
    expect(pickWriteAnswer(await clone('"2-9.0.0"'))).toEqual(makeStaleAnswer(1));
    expect((await clone('"1-9.0.0"')).status).toBe(200);
    expect((await send({ method: "DELETE", path: `/my/images/${image}`, headers })).status).toBe(204);
  });

  it.each(["", "1-9.0.0", '"1-9.0.0" "2-9.0.0"', '"1-9.0.0', 'w/"1-9.0.0"', '*, "1-9.0.0"', '"a b"', "W/*", ","])(
    "%j is refused, because it is no list of entity tags",
    async (sent) => {
      for (const name of ["If-Match", "If-None-Match"]) {
        const refused = {
          status: 400,
          json: {
            code: "InvalidHeader",
            message: `${name} is * or a list of entity tags in double quotes, as ETag had them; ${sent || "an empty value"} was sent`,
          },
        };
        // Called directly: over a socket, workerd drops these headers when they are empty.
        const bindings = makeBindings({});
        expect(await update({ name: "b" }, { headers: { [name]: sent }, bindings })).toEqual(refused);
        expect(await get({ headers: { [name]: sent }, bindings })).toEqual(refused);
      }
    },
  );

  it("is checked last: only the owner of an image gets 412", async () => {
    const headers = { "If-Match": '"7-9.0.0"' };
    const updateOther = (other: string) => update({ name: "b" }, { headers, of: other });
    const notFound = { status: 404, json: { code: "ResourceNotFound", message: "image not found" } };
    expect(await updateOther(hidden)).toEqual(notFound);
    expect(await updateOther("00000000-0000-4000-8000-000000000000")).toEqual(notFound);
    expect(await updateOther(shared)).toMatchObject({ status: 422, json: { code: "NotImageOwner" } });
    expect(await update({ name: "ü" }, { headers })).toMatchObject({ status: 422, json: { code: "ValidationFailed" } });
    expect(await update({ name: "b" }, { headers, sign: { key: "rsa" } })).toMatchObject({ status: 401 });
    const bobs = { headers: { ...newest, ...headers }, path: `/mallory/images/${hidden}?action=update`, body: "{}" };
    expect(pickWriteAnswer(await send(bobs))).toMatchObject({ status: 403 });
    expect(await get({ headers, of: hidden })).toEqual(notFound);
  });

  it("is required by REQUIRE_IF_MATCH for updates only, and only from the owner of an image", async () => {
    const bindings = makeBindings({ REQUIRE_IF_MATCH: "true" });
    expect(await update({ name: "b" }, { bindings })).toEqual({
      status: 428,
      json: {
        code: "PreconditionRequired",
        message: "an update needs If-Match here: read the image, and send its ETag as If-Match",
      },
    });
    expect(await update({ name: "my-image" }, { bindings })).toMatchObject({ status: 428 });
    expect(await update({ name: "b" }, { bindings, of: hidden })).toMatchObject({ status: 404 });
    expect(await get({ bindings })).toMatchObject({ status: 200, ETag: '"1-9.0.0"' });
    expect(await update({ name: "b" }, { bindings, headers: { "If-Match": "*" } })).toMatchObject({ status: 200 });
    expect((await send({ method: "DELETE", path: `/my/images/${image}`, bindings })).status).toBe(204);
  });
});

describe("If-None-Match", () => {
  it.each(['"1-9.0.0"', 'W/"1-9.0.0"', "*", '"x", "1-9.0.0"'])(
    "%s makes a read 304 without a body, and an update 412",
    async (sent) => {
      const headers = { "If-None-Match": sent };
      expect(await get({ headers })).toEqual({ status: 304, ETag: '"1-9.0.0"' });
      expect(await get({ headers, method: "HEAD" })).toEqual({ status: 304, ETag: '"1-9.0.0"' });
      const answer = await send({ method: "GET", path: `/my/images/${image}`, headers: { ...newest, ...headers } });
      for (const name of ["Content-Type", "Content-MD5", "Content-Length"])
        expect(answer.headers.has(name)).toBe(false);
      expect(await update({ name: "b" }, { headers })).toEqual({
        status: 412,
        ETag: '"1-9.0.0"',
        json: {
          code: "PreconditionFailed",
          message: "the image is at revision 1, which If-None-Match rules out",
        },
      });
    },
  );

  it.each(['"1-8.0.0"', '"2-9.0.0"', '"1"'])(
    "%s names another revision or release, and has no effect",
    async (sent) => {
      expect(await get({ headers: { "If-None-Match": sent } })).toEqual({
        status: 200,
        ETag: '"1-9.0.0"',
        json: makeImageJson("my-image"),
      });
      expect(await update({ name: "b" }, { headers: { "If-None-Match": sent } })).toMatchObject({ status: 200 });
    },
  );

  it("is not answered for a hidden image", async () => {
    expect(await get({ headers: { "If-None-Match": "*" }, of: hidden })).toMatchObject({ status: 404 });
  });
});

describe("Changed-Fields", () => {
  it("lists what changed, not what was sent, in the documentation's order", async () => {
    const tags = { role: "db" };
    expect(await update({ tags, name: "b", version: "1.0.0", description: "" })).toEqual({
      status: 200,
      ETag: '"2-9.0.0"',
      "Changed-Fields": "name, tags",
      json: makeImageJson("b", { tags, description: undefined }),
    });
    const all = {
      name: "c",
      version: "2",
      description: "d",
      homepage: "http://h/",
      eula: "http://e/",
      acl: [bob.uuid],
    };
    expect(await update({ ...all, tags: {} })).toMatchObject({
      "Changed-Fields": "name, version, description, homepage, eula, acl, tags",
    });
  });

  it("is empty when nothing differs, and there is no new revision", async () => {
    await update({ acl: [bob.uuid, mallory.uuid], tags: { a: [1, "1"], b: null }, homepage: "http://h/" });
    const before = { status: 200, ETag: '"2-9.0.0"', "Changed-Fields": "" };
    const same = [
      { name: "my-image" },
      { description: null },
      { description: "" },
      { acl: [bob.uuid, mallory.uuid, bob.uuid] },
      { acl: `${bob.uuid},${mallory.uuid}` },
      { tags: '{"a": [1, "1"], "b": null}' },
      { homepage: "http://h/", eula: null, version: "1.0.0" },
    ];
    for (const fields of same) expect(await update(fields), JSON.stringify(fields)).toMatchObject(before);
    expect(await update({ name: "my-image" }, { headers: { "If-Match": '"2-9.0.0"' } })).toMatchObject(before);
    expect(await update({ name: "my-image" }, { headers: { "If-Match": '"1-9.0.0"' } })).toEqual(makeStaleAnswer(2));
    expect(await update({ acl: [mallory.uuid, bob.uuid] })).toMatchObject({ "Changed-Fields": "acl" });
    expect(await update({ tags: { b: null, a: [1, "1"] } })).toMatchObject({ "Changed-Fields": "tags" });
  });
});
