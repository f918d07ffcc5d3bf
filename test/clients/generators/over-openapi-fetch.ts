import createClient from "openapi-fetch";
import type { components, paths } from "./schema.ts";
import { signed } from "./sign.mjs";

declare const process: { env: Record<string, string> };

const { URL: baseUrl = "", IMAGE: id = "" } = process.env;

const client = createClient<paths>({ baseUrl, headers: { "Api-Version": "~9" } });

client.use({
  onRequest({ request }) {
    const { pathname, search } = new URL(request.url);
    for (const [name, value] of Object.entries(signed(request.method, pathname + search)))
      request.headers.set(name, value);
    return request;
  },
});

const path = { login: "my", id };
const query = { action: "update" } as const;

/** The types that make a mistake an error before anything is sent. */
export const mistakes = () => [
  // @ts-expect-error an update has a body
  client.POST("/{login}/images/{id}", { params: { path, query } }),
  // @ts-expect-error and its action in the query
  client.POST("/{login}/images/{id}", { params: { path }, body: { name: "x" } }),
  // @ts-expect-error a name is text
  client.POST("/{login}/images/{id}", { params: { path, query }, body: { name: 1 } }),
  // @ts-expect-error a revert names its revision
  client.POST("/{login}/images/{id}#action=revert", { params: { path }, body: { action: "revert" } }),
  // @ts-expect-error what stands in the body does not stand in the query, which would be lost
  client.POST("/{login}/images/{id}#action=clone", { params: { path, query }, body: { action: "clone" } }),
];

const read = await client.GET("/{login}/images/{id}", { params: { path } });
const etag = read.response.headers.get("ETag") ?? "";

const updated = await client.POST("/{login}/images/{id}", {
  params: { path, query, header: { "If-Match": etag, "Idempotency-Key": "openapi-fetch" } },
  body: { name: "renamed-by-openapi-fetch", tags: { by: "openapi-fetch" } },
});
const image: components["schemas"]["Image"] | undefined = updated.data;

const stale = await client.POST("/{login}/images/{id}", {
  params: { path, query, header: { "If-Match": etag } },
  body: { version: "2.0.0" },
});

const rehearsed = await client.POST("/{login}/images/{id}#action=revert", {
  params: { path },
  body: { action: "revert", revision: 1, "dry-run": true },
});

const reverted = await client.POST("/{login}/images/{id}#action=revert", {
  params: { path },
  body: { action: "revert", revision: 1 },
});

const invalid = await client.POST("/{login}/images/{id}", { params: { path, query }, body: { name: "!" } });
// The code says which body it is.
const fields = invalid.error?.code === "ValidationFailed" ? invalid.error.errors.map(({ field }) => field) : [];

console.log(
  JSON.stringify({
    updated: image?.name,
    stale: stale.error?.code,
    rehearsed: rehearsed.response.headers.get("Dry-Run"),
    reverted: reverted.data?.name,
    fields,
  }),
);
