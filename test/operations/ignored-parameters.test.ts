import { beforeEach, describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { addAcl, revert } from "../support/edits.ts";
import { image, provisionThree } from "../support/safe-writes.ts";

beforeEach(() => provisionThree());

const ignored = async (path: string, body?: string) => {
  const answer = await send({ method: body === undefined ? "GET" : "POST", path, ...(body !== undefined && { body }) });
  return [answer.status, answer.headers.get("Ignored-Parameters")];
};
const update = (fields: object, query = "") =>
  ignored(`/my/images/${image}?action=update${query}`, JSON.stringify(fields));

describe("Ignored-Parameters", () => {
  it("names what an update did not read, of query and body", async () => {
    expect(await update({ name: "a", descripton: "d", owner: "x" }, "&as-role=r")).toEqual([
      200,
      "as-role, descripton, owner",
    ]);
  });

  it("is not there where all was read", async () => {
    expect(await update({ name: "a", tags: { descripton: 1 } }, "&dry-run=false&version=2")).toEqual([200, null]);
    expect(await ignored("/my/images?name=a&tag.x=1&limit=5&state=all")).toEqual([200, null]);
  });

  it("is on a refusal too", async () => {
    expect(await update({ descripton: "d" })).toEqual([422, "descripton"]);
  });

  it("names the unknown filters of a list", async () => {
    expect(await ignored("/my/images?nmae=a&name=a&tags.x=1&offset=5")).toEqual([200, "nmae, tags.x, offset"]);
  });

  it("names those of a grant and of a revert", async () => {
    expect((await addAcl({ acl: [], alc: [] })).headers.get("Ignored-Parameters")).toBe("alc");
    expect((await revert(1, { query: "tags=true" })).headers.get("Ignored-Parameters")).toBe("tags");
  });

  it.each([
    ["AddImageTags", "POST", `/my/images/${image}/tags?extra=1`, { role: "web" }, 200],
    ["ReplaceImageTags", "PUT", `/my/images/${image}/tags?extra=1`, { role: "web" }, 200],
    ["DeleteImageTag", "DELETE", `/my/images/${image}/tags/role?extra=1`, undefined, 204],
    ["DeleteImageTags", "DELETE", `/my/images/${image}/tags?extra=1`, undefined, 204],
    ["CloneImage", "POST", `/my/images/${image}?action=clone`, { extra: 1 }, 422],
    ["DeleteImage", "DELETE", `/my/images/${image}?extra=1`, undefined, 204],
    ["UpdateAccount", "POST", "/my?phone=1", { extra: 1, city: "Bern" }, 200],
    ["CreateKey", "POST", "/my/keys", { key: "ssh-rsa x", extra: 1 }, 409],
    ["DeleteKey", "DELETE", "/my/keys/none?extra=1", undefined, 404],
  ])("names those of %s", async (...[, method, path, sent, status]) => {
    const setUp = { method: "POST", path: `/my/images/${image}/tags`, body: JSON.stringify({ role: "db" }) };
    expect((await send(setUp)).status).toBe(200);
    const body = sent && JSON.stringify(sent);
    const { headers, ...answer } = await send({ method, path, ...(body !== undefined && { body }) });
    expect([answer.status, headers.get("Ignored-Parameters")]).toEqual([status, "extra"]);
  });

  it("has at most 10 names, each of printable ASCII and at most 64 characters", async () => {
    const names = ["a,b", "ü", "\u0000\r\nX: 1", " ", "x".repeat(100), "😀".repeat(40), "\ud800", "tags[a]"];
    const fields = Object.fromEntries(names.map((name) => [name, 1]));
    expect(await update({ name: "a", ...fields })).toEqual([
      200,
      [
        "a%2Cb",
        "%C3%BC",
        "%00%0D%0AX:%201",
        "%20",
        "x".repeat(64),
        "%F0%9F%98%80".repeat(6).slice(0, 64),
        "%EF%BF%BD",
        "tags[a]",
      ].join(", "),
    ]);
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`p${at}`, 1]));
    expect(await update({ name: "b", ...many })).toEqual([200, "p0, p1, p2, p3, p4, p5, p6, p7, p8, p9"]);
  });
});
