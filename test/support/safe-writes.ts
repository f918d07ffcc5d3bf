import { env } from "cloudflare:workers";
import type { Answer } from "./answer.ts";
import { send, type TestRequest } from "./client.ts";
import { bob, clear, mallory, provision } from "./fixtures.ts";
import { makeKey } from "./signer.ts";

export const image = "eca995fe-b904-11e3-b05a-83a4899322dc";
export const shared = "eca995fe-b904-11e3-b05a-83a4899322dd";
export const hidden = "eca995fe-b904-11e3-b05a-83a4899322de";

/** bob's image, one that mallory shares with him, and one that he cannot see. Both have the key rsa. */
export async function provisionThree(): Promise<void> {
  await clear(env.DB);
  await provision(env.DB, {
    accounts: [
      { ...bob, keys: [makeKey("ed25519")] },
      { ...mallory, keys: [makeKey("ed25519")] },
    ],
    images: [
      { uuid: image, owner: bob.uuid, name: "my-image", version: "1.0.0", os: "smartos", type: "zvol" },
      { uuid: shared, owner: mallory.uuid, name: "shared", version: "1", acl: [bob.uuid] },
      { uuid: hidden, owner: mallory.uuid, name: "hidden", version: "1" },
    ],
  });
}

/** bob's image as release 9.0.0 answers it. */
export const makeImageJson = (name: string, more: object = {}) => ({
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

/** A request to release 9.0.0, for bob's image or `of` another. */
export type ImageRequest = Omit<Partial<TestRequest>, "headers"> & { headers?: Record<string, string>; of?: string };

/** An answer's status, its headers that safe updates are about, and its JSON. */
export const pickWriteAnswer = ({ status, headers, json }: Answer) => ({
  status,
  ...Object.fromEntries(
    [
      "ETag",
      "Changed-Fields",
      "Idempotent-Replayed",
      "Revision-Not-Kept",
      "Retry-After",
      "Dry-Run",
      "Ignored-Parameters",
    ].flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])),
  ),
  ...(json !== undefined && { json }),
});

/** Asks for the newest release. */
export const newest = { "Accept-Version": "9.0.0" };

/** UpdateImage. */
export const update = async (fields: object, { headers, of = image, ...more }: ImageRequest = {}) =>
  pickWriteAnswer(
    await send({
      path: `/my/images/${of}?action=update`,
      body: JSON.stringify(fields),
      headers: { ...newest, ...headers },
      ...more,
    }),
  );

/** GetImage. */
export const get = async ({ headers, of = image, ...more }: ImageRequest = {}) =>
  pickWriteAnswer(await send({ method: "GET", path: `/my/images/${of}`, headers: { ...newest, ...headers }, ...more }));

/** The answer to a stale If-Match. */
export const makeStaleAnswer = (revision: number) => ({
  status: 412,
  ETag: `"${revision}-9.0.0"`,
  json: {
    code: "PreconditionFailed",
    message: `the image is at revision ${revision}, and If-Match names another: read it, and send the request again with its new ETag if it still applies`,
  },
});
