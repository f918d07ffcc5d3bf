import { env } from "cloudflare:workers";
import { bindingsWith, send, type TestAnswer } from "./client.ts";
import { bob, clear, provision } from "./fixtures.ts";
import { publicLine } from "./signer.ts";

/** A manifest as the tests of lists make them. */
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

/** Makes these images, and bob with his key, all that is stored. */
export async function stored(images: readonly TestManifest[]): Promise<void> {
  await clear(env.DB);
  await provision(env.DB, { accounts: [{ ...bob, keys: [{ name: "ed25519", key: publicLine("ed25519") }] }], images });
}

/** bob's list. */
export async function list(query = "", { version = "9.0.0", db = env.DB } = {}): Promise<TestAnswer> {
  const headers = { "Accept-Version": version };
  const bindings = bindingsWith({ DB: db });
  return send({ method: "GET", path: `/my/images${query}`, headers, sign: { key: "ed25519" }, bindings });
}

/** The ids of a list's images, in its order. */
export const idsOf = ({ json }: TestAnswer): string[] => (json as { id: string }[]).map(({ id }) => id);

/** The UUID of the test image of this number. */
export const uuidOf = (index: number): string => `c0ffee00-0000-4000-8000-${String(index).padStart(12, "0")}`;
