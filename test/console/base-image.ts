import type { Image } from "../../src/console/api/image.ts";

/** An image without anything that it need not have. */
export const base: Image = {
  id: "eca995fe-b904-11e3-b05a-83a4899322dc",
  name: "n",
  version: "1",
  requirements: {},
  owner: "47034e57-42d1-0342-b302-00db733e8c8a",
  public: false,
  state: "active",
};
