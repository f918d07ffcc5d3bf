import type { FoundImage, ImageRow } from "../../src/images/image-row.sql.ts";
import { bob } from "./fixtures.ts";
import { makeUuid } from "./uuids.ts";

/** A stored image of bob with nothing set that may be unset. */
export const makeRow = (more: Partial<ImageRow> = {}): ImageRow => ({
  uuid: makeUuid(1),
  name: "my-image",
  version: "1.0.0",
  description: null,
  homepage: null,
  eula: null,
  acl: null,
  tags: null,
  os: null,
  type: null,
  requirements: null,
  image_size: null,
  files: null,
  published_at: null,
  owner: bob.uuid,
  public: false,
  state: "active",
  origin: null,
  error: null,
  revision: 1,
  ...more,
});

/** The same as a request finds it: not shared with the caller by acl. */
export const makeFound = (more: Partial<FoundImage> = {}): FoundImage => ({ ...makeRow(), isShared: false, ...more });
