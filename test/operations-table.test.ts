import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import page from "../docs/contract.md?raw";
import { app } from "../src/app.ts";
import { imageWrites, type Operation } from "../src/operations.ts";
import { makeBindings, send, type TestRequest } from "./support/client.ts";
import { bob, clear, mallory, provision } from "./support/fixtures.ts";
import { captureLog } from "./support/log-lines.ts";
import { formatPublicLine, makeKey } from "./support/signer.ts";
import { makeUuid } from "./support/uuids.ts";

const own = makeUuid(1);
const shared = makeUuid(2);

type Row = { route: string; request: TestRequest; status: number };

/** Every operation, with its route in app.ts and a request that it accepts. A missing one does not compile. */
const operations: Readonly<Record<Operation, Row>> = {
  ListImages: { route: "GET /:login/images", request: { method: "GET", path: "/my/images" }, status: 200 },
  GetImage: { route: "GET /:login/images/:id", request: { method: "GET", path: `/my/images/${own}` }, status: 200 },
  UpdateImage: {
    route: "POST /:login/images/:id",
    request: { path: `/my/images/${own}?action=update`, body: '{"name":"b"}' },
    status: 200,
  },
  CloneImage: {
    route: "POST /:login/images/:id",
    request: { path: `/my/images/${shared}?action=clone` },
    status: 200,
  },
  DeleteImage: {
    route: "DELETE /:login/images/:id",
    request: { method: "DELETE", path: `/my/images/${own}` },
    status: 204,
  },
  ImageAudit: {
    route: "GET /:login/images/:id/audit",
    request: { method: "GET", path: `/my/images/${own}/audit` },
    status: 200,
  },
  ListChanges: { route: "GET /:login/changes", request: { method: "GET", path: "/my/changes" }, status: 200 },
  RevertImage: {
    route: "POST /:login/images/:id",
    request: { path: `/my/images/${own}?action=revert`, body: '{"revision":1}' },
    status: 200,
  },
  AddImageAcl: {
    route: "POST /:login/images/:id/acl",
    request: { path: `/my/images/${own}/acl?action=add`, body: JSON.stringify([mallory.uuid]) },
    status: 200,
  },
  RemoveImageAcl: {
    route: "POST /:login/images/:id/acl",
    request: { path: `/my/images/${own}/acl?action=remove`, body: JSON.stringify([mallory.uuid]) },
    status: 200,
  },
  LeaveImage: {
    route: "POST /:login/images/:id/acl",
    request: { path: `/my/images/${shared}/acl?action=remove`, body: JSON.stringify([bob.uuid]) },
    status: 204,
  },
  ListImageTags: {
    route: "GET /:login/images/:id/tags",
    request: { method: "GET", path: `/my/images/${own}/tags` },
    status: 200,
  },
  GetImageTag: {
    route: "GET /:login/images/:id/tags/:tag",
    request: { method: "GET", path: `/my/images/${own}/tags/role` },
    status: 200,
  },
  AddImageTags: {
    route: "POST /:login/images/:id/tags",
    request: { path: `/my/images/${own}/tags`, body: '{"zone":1}' },
    status: 200,
  },
  ReplaceImageTags: {
    route: "PUT /:login/images/:id/tags",
    request: { method: "PUT", path: `/my/images/${own}/tags`, body: '{"zone":1}' },
    status: 200,
  },
  DeleteImageTag: {
    route: "DELETE /:login/images/:id/tags/:tag",
    request: { method: "DELETE", path: `/my/images/${own}/tags/role` },
    status: 204,
  },
  DeleteImageTags: {
    route: "DELETE /:login/images/:id/tags",
    request: { method: "DELETE", path: `/my/images/${own}/tags` },
    status: 204,
  },
  GetAccount: { route: "GET /:login", request: { method: "GET", path: "/my" }, status: 200 },
  UpdateAccount: { route: "POST /:login", request: { path: "/my", body: '{"city":"b"}' }, status: 200 },
  ListKeys: { route: "GET /:login/keys", request: { method: "GET", path: "/my/keys" }, status: 200 },
  GetKey: { route: "GET /:login/keys/:key", request: { method: "GET", path: "/my/keys/ed25519" }, status: 200 },
  CreateKey: {
    route: "POST /:login/keys",
    request: { path: "/my/keys", body: JSON.stringify({ key: formatPublicLine("rsa") }) },
    status: 201,
  },
  DeleteKey: {
    route: "DELETE /:login/keys/:key",
    request: { method: "DELETE", path: "/my/keys/ecdsa" },
    status: 204,
  },
  ListDatacenters: {
    route: "GET /:login/datacenters",
    request: { method: "GET", path: "/my/datacenters" },
    status: 200,
  },
  Ping: { route: "GET /--ping", request: { method: "GET", path: "/--ping", sign: false }, status: 200 },
  Health: { route: "GET /--health", request: { method: "GET", path: "/--health", sign: false }, status: 200 },
};

const rows = Object.entries(operations).map(([operation, row]) => ({ operation, ...row }));

/** The first two cells of each row below a heading of the contract: what is named, and its request. */
function readTable(heading: string): { names: string[]; request: string }[] {
  const [, section = ""] = new RegExp(`^## ${heading}\\n(.*?)^## `, "ms").exec(page) ?? [];
  return [...section.matchAll(/^\| (?!Operation \|)([^|]+) \| ([^|]+) \|/gm)].map(([, named = "", request = ""]) => ({
    names: named
      .replace(/\[(\w+)\]\([^)]*\)/g, "$1")
      .replace(" (ours)", "")
      .split(", "),
    request,
  }));
}

/** Rows of the contract for HEAD, which GET's operation answers. */
const isHead = (name: string): boolean => name.startsWith("Head");

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [{ ...bob, keys: [makeKey("ed25519"), makeKey("ecdsa")] }],
    images: [
      { uuid: own, owner: bob.uuid, name: "a", version: "1", tags: { role: "db" } },
      { uuid: shared, owner: mallory.uuid, name: "a", version: "1", acl: [bob.uuid] },
    ],
  });
});

describe("the operations", () => {
  it("are those of the contract's table, each with its request", () => {
    const documented = readTable("Operations").flatMap(({ names, request }) =>
      names.filter((name) => !isHead(name)).map((name) => ({ name, request })),
    );
    expect(documented.map(({ name }) => name).sort()).toEqual(Object.keys(operations).sort());
    for (const { name, request } of documented) {
      const { route, request: sent } = operations[name as Operation];
      const [method, path] = route.split(" ");
      const query = sent.path.includes("?") ? `?${sent.path.split("?")[1]}` : "";
      expect(request, name).toContain(`${method}`);
      expect(request, name).toContain(`${path}${query}\``);
    }
  });

  it("that write an image are among them", () => {
    expect(Object.keys(operations)).toEqual(expect.arrayContaining(Object.keys(imageWrites)));
  });

  it("each have a route, and every route has an operation", () => {
    const routes = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`);
    expect([...new Set(routes)].sort()).toEqual([...new Set(rows.map(({ route }) => route))].sort());
  });

  it.each(rows)(
    "$operation answers $route, and is named in the log line",
    async ({ operation, route, request, status }) => {
      const [method, path = ""] = route.split(" ");
      expect(request.method ?? "POST").toBe(method);
      expect(request.path.split("?")[0]).toMatch(new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`));
      const { result, lines } = await captureLog(() => send({ ...request, bindings: makeBindings({}) }));
      expect([result.status, lines]).toEqual([status, [expect.objectContaining({ operation, status })]]);
    },
  );

  it.each(rows.filter(({ route }) => route.startsWith("GET ")))(
    "$operation answers HEAD too, under its own name",
    async ({ operation, request, status }) => {
      const head = { ...request, method: "HEAD", bindings: makeBindings({}) };
      const { result, lines } = await captureLog(() => send(head));
      expect([result.status, result.text, lines]).toEqual([
        status,
        "",
        [expect.objectContaining({ operation, status, method: "HEAD" })],
      ]);
    },
  );
});
