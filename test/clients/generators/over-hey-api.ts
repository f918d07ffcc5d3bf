import { client } from "./hey/client.gen.ts";
import { cloneImage, getImage, type Image, revertImage, updateImage } from "./hey/index.ts";
import { signed } from "./sign.mjs";

declare const process: { env: Record<string, string> };

const { URL: baseUrl = "", IMAGE: id = "" } = process.env;

client.setConfig({ baseUrl, headers: { "Api-Version": "~9" } });
client.interceptors.request.use((request) => {
  const { pathname, search } = new URL(request.url);
  for (const [name, value] of Object.entries(signed(request.method, pathname + search)))
    request.headers.set(name, value);
  return request;
});

const path = { login: "my", id };
const query = { action: "update" } as const;

/** The types that make a mistake an error before anything is sent. */
export const mistakes = () => [
  // @ts-expect-error an update has a body
  updateImage({ path, query }),
  // @ts-expect-error and its action in the query
  updateImage({ path, body: { name: "x" } }),
  // @ts-expect-error a name is text
  updateImage({ path, query, body: { name: 1 } }),
  // @ts-expect-error a revert names its revision
  revertImage({ path, body: { action: "revert" } }),
  // @ts-expect-error what stands in the body does not stand in the query, which would be lost
  cloneImage({ path, query, body: { action: "clone" } }),
];

const read = await getImage({ path });
const etag = read.response?.headers.get("ETag") ?? "";

const updated = await updateImage({
  path,
  query,
  headers: { "If-Match": etag, "Idempotency-Key": "hey-api" },
  body: { name: "renamed-by-hey-api", tags: { by: "hey-api" } },
});
const image: Image | undefined = updated.data;

const stale = await updateImage({ path, query, headers: { "If-Match": etag }, body: { version: "2.0.0" } });
const rehearsed = await revertImage({ path, body: { action: "revert", revision: 1, "dry-run": true } });
const reverted = await revertImage({ path, body: { action: "revert", revision: 1 } });
const invalid = await updateImage({ path, query, body: { name: "!" } });
// The code says which body it is.
const fields = invalid.error?.code === "ValidationFailed" ? invalid.error.errors.map(({ field }) => field) : [];

console.log(
  JSON.stringify({
    updated: image?.name,
    stale: stale.error?.code,
    rehearsed: rehearsed.response?.headers.get("Dry-Run"),
    reverted: reverted.data?.name,
    fields,
  }),
);
