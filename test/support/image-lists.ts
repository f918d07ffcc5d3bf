import { env } from "cloudflare:workers";
import type { Answer } from "./answer.ts";
import { makeBindings, send } from "./client.ts";
import { bob, clear, provision } from "./fixtures.ts";
import { makeKey } from "./signer.ts";

/** A manifest with what lists look at. */
export type TestManifest = {
  uuid: string;
  owner: string;
  name: string;
  version: string;
  state: "active" | "unactivated" | "disabled" | "creating" | "failed" | "destroyed";
  public: boolean;
  type?: string;
  os?: string;
  published_at?: string;
  acl: readonly string[];
  tags?: Readonly<Record<string, unknown>>;
};

/** Replaces all that is stored by bob with his key ed25519, and these images. */
export async function storeImages(images: readonly TestManifest[]): Promise<void> {
  await clear(env.DB);
  await provision(env.DB, { accounts: [{ ...bob, keys: [makeKey("ed25519")] }], images });
}

/** Lists the images that bob sees. */
export async function listImages(query = "", { version = "9.0.0", db = env.DB } = {}): Promise<Answer> {
  const headers = { "Accept-Version": version };
  const bindings = makeBindings({ DB: db });
  return send({ method: "GET", path: `/my/images${query}`, headers, sign: { key: "ed25519" }, bindings });
}

/** The ids of a list's images, in its order. */
export const listIds = ({ json }: Answer): string[] => (json as { id: string }[]).map(({ id }) => id);
