import { example } from "../../scripts/openapi/example-values.ts";
import { type Exchange, examples } from "../../scripts/openapi/examples.ts";

export { examples };

/** What the document's examples are made on, as `npm run provision` takes it. @param keys of the account `demo` */
export const makeExchangeFile = (keys: readonly { name: string; key: string }[]) => ({
  accounts: [
    { uuid: example.account, login: "demo", email: "demo@example.com", keys },
    { uuid: example.other, login: "alice" },
  ],
  images: [
    {
      uuid: example.image,
      owner: example.account,
      name: "my-image",
      version: "1.0.0",
      os: "smartos",
      type: "zone-dataset",
      published_at: "2013-11-25T17:44:54Z",
      public: true,
      tags: { role: "db" },
    },
    {
      uuid: example.shared,
      owner: example.other,
      name: "base",
      version: "1.0.0",
      os: "smartos",
      type: "zone-dataset",
      published_at: "2026-11-01T00:00:00Z",
      acl: [example.account],
    },
  ],
});

/** Every example, with its operation. */
export const exchanges: readonly { operation: string; exchange: Exchange }[] = Object.entries(examples).flatMap(
  ([operation, list]) => list.map((exchange) => ({ operation, exchange })),
);

/** The values of these keys, at any depth, as the names of their types: they differ each time. */
export function hideVarying(value: unknown, keys: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((entry) => hideVarying(entry, keys));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, keys.includes(key) ? typeof inner : hideVarying(inner, keys)]),
  );
}
