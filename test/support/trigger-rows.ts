import { env } from "cloudflare:workers";
import { makeUuid } from "./uuids.ts";

/** The columns of an image, by name. */
export type Columns = Readonly<Record<string, string | number | null>>;

export const [one, two] = [makeUuid(1), makeUuid(2)];

/** An image, and another one: every column of a manifest differs. */
export const before: Columns = {
  name: "n",
  version: "1",
  description: "dé",
  homepage: "http://a/",
  eula: "http://a/eula",
  acl: JSON.stringify([makeUuid(11), makeUuid(12)]),
  tags: '{"a":1}',
  os: "linux",
  type: "zvol",
  requirements: '{"b":2}',
  image_size: 1024,
  files: "[3]",
  published_at: "2020-01-02T03:04:05Z",
  owner: makeUuid(21),
  public: 0,
  state: "active",
  origin: makeUuid(31),
  error: '{"code":"A"}',
};

export const after: Columns = {
  name: "other",
  version: "2.0",
  description: "ü",
  homepage: "http://b/c",
  eula: "http://b/",
  acl: JSON.stringify([makeUuid(12)]),
  tags: '{"a":1,"b":[]}',
  os: "smartos",
  type: "lx-dataset",
  requirements: "{}",
  image_size: 20,
  files: "[3,4]",
  published_at: "2021-01-02T03:04:05.678Z",
  owner: makeUuid(22),
  public: 1,
  state: "disabled",
  origin: null,
  error: '{"code":"BC"}',
};

/** The bytes of a revision: 700, and those of the values that it replaced. */
export const countBytes = (replaced: Columns = {}): number =>
  Object.values(replaced).reduce<number>(
    (sum, value) => sum + new TextEncoder().encode(String(value ?? "")).length,
    700,
  );

/** Adds an image. */
export const insert = (columns: Columns) =>
  env.DB.prepare(
    `INSERT INTO images (${Object.keys(columns).join()}) VALUES (${Object.keys(columns)
      .map(() => "?")
      .join()})`,
  )
    .bind(...Object.values(columns))
    .run();

/** Changes columns of an image. */
export const set = (uuid: string, columns: Columns) =>
  env.DB.prepare(
    `UPDATE images SET ${Object.keys(columns)
      .map((name) => `${name} = ?`)
      .join()} WHERE uuid = ?`,
  )
    .bind(...Object.values(columns), uuid)
    .run();

/** The rows of a query. */
export const read = async (sql: string): Promise<Record<string, unknown>[]> =>
  (await env.DB.prepare(sql).all()).results;
