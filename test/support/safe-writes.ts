import { env } from "cloudflare:workers";
import { send, type TestAnswer, type TestRequest } from "./client.ts";
import { bob, clear, mallory, provision } from "./fixtures.ts";
import { publicLine } from "./signer.ts";

export const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
export const shared = "eca995fe-b904-11e3-b05a-83a4899322dd";
export const hidden = "eca995fe-b904-11e3-b05a-83a4899322de";
const key = { name: "rsa", key: publicLine("rsa") };

/** bob's image, one that mallory shares with him, and one that he cannot see. Both have the key rsa. */
export async function provisionThree(): Promise<void> {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [key] },
      { ...mallory, keys: [key] },
    ],
    images: [
      { uuid: image, owner: bob.uuid, name: "my-image", version: "1.0.0", os: "smartos", type: "zvol" },
      { uuid: shared, owner: mallory.uuid, name: "shared", version: "1", acl: [bob.uuid] },
      { uuid: hidden, owner: mallory.uuid, name: "hidden", version: "1" },
    ],
  });
}

/** The first image as release 9.0.0 answers it. */
export const wire = (name: string, more: object = {}) => ({
  id: image,
  name,
  version: "1.0.0",
  os: "smartos",
  requirements: {},
  type: "zvol",
  owner: bob.uuid,
  public: false,
  state: "active",
  ...more,
});

/** A request under release 9.0.0, `of` another image than the first. */
export type Sent = Omit<Partial<TestRequest>, "headers"> & { headers?: Record<string, string>; of?: string };

/** An answer's status, its headers that this is about, and its JSON. */
export const told = ({ status, headers, json }: TestAnswer) => ({
  status,
  ...Object.fromEntries(
    ["ETag", "Changed-Fields", "Idempotent-Replayed"].flatMap((name) =>
      headers.has(name) ? [[name, headers.get(name)]] : [],
    ),
  ),
  ...(json !== undefined && { json }),
});

export const newest = { "Accept-Version": "9.0.0" };

/** UpdateImage. */
export const update = async (fields: object, { headers, of = image, ...more }: Sent = {}) =>
  told(
    await send({
      path: `/my/images/${of}?action=update`,
      body: JSON.stringify(fields),
      headers: { ...newest, ...headers },
      ...more,
    }),
  );

/** GetImage. */
export const get = async ({ headers, of = image, ...more }: Sent = {}) =>
  told(await send({ method: "GET", path: `/my/images/${of}`, headers: { ...newest, ...headers }, ...more }));

/** What a stale If-Match is answered. */
export const stale = (revision: number) => ({
  status: 412,
  ETag: `"${revision}-9.0.0"`,
  json: {
    code: "PreconditionFailed",
    message: `the image is at revision ${revision}, and If-Match names another: read it, and send the request again with its new ETag if it still applies`,
  },
});
