import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { errorStatus } from "../../src/errors.ts";
import { send } from "../support/client.ts";
import { documented, expectDocumented } from "../support/documented.ts";

describe("the OpenAPI document", () => {
  it("has every route of the service, and no other", () => {
    const routes = app.routes
      .filter(({ method, path }) => method !== "ALL" && !path.includes("*"))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    const listed = Object.entries(documented.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/#.*/, "")}`),
    );
    expect([...new Set(listed)].toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  it("says of every code where it occurs", () => {
    const text = JSON.stringify([documented.paths, documented.components.responses]);
    const missing = Object.keys(errorStatus).filter((code) => !text.includes(`"#/components/schemas/${code}"`));
    expect(missing).toEqual([]);
  });

  it("refuses an answer with a key, a code or a header that it does not have", async () => {
    const request = { method: "GET", url: "http://127.0.0.1/--ping" };
    const answer = await send({ method: "GET", path: "/--ping", sign: false });
    expect(() => expectDocumented(request, answer)).not.toThrow();
    expect(() => expectDocumented(request, { ...answer, json: { ...Object(answer.json), more: 1 } })).toThrow(
      "with another body than the document's",
    );
    expect(() => expectDocumented(request, { ...answer, status: 402 })).toThrow("which the document does not list");
    const headers = new Headers(answer.headers);
    headers.set("X-More", "1");
    expect(() => expectDocumented(request, { ...answer, headers })).toThrow(
      "headers that the document does not list: x-more",
    );
  });
});
